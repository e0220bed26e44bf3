// A daemon of a few lines for the tests: it accepts, writes bytes, and reads what came.

package thrum

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// patience is the bound of every wait in these tests.
const patience = 10 * time.Second

// long is more than a socket takes that nobody reads.
var long = strings.Repeat("x", 1<<20)

type daemon struct {
	t        *testing.T
	path     string
	listener net.Listener
}

// peer is the daemon's end of one connection.
type peer struct {
	t      *testing.T
	socket net.Conn
	lines  *bufio.Reader
}

func newDaemon(t *testing.T) *daemon {
	path := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return &daemon{t: t, path: path, listener: listener}
}

func (d *daemon) accept() *peer {
	d.t.Helper()
	d.listener.(*net.UnixListener).SetDeadline(time.Now().Add(patience))
	socket, err := d.listener.Accept()
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { socket.Close() })
	socket.SetDeadline(time.Now().Add(patience))
	return &peer{t: d.t, socket: socket, lines: bufio.NewReader(socket)}
}

// welcome accepts a connection and takes its hello.
func (d *daemon) welcome() *peer {
	d.t.Helper()
	peer := d.accept()
	if hello := peer.next(); hello.Chi() != ChiHello {
		d.t.Fatalf("first came %v, not hello", hello)
	}
	return peer
}

func (p *peer) write(lines string) {
	p.t.Helper()
	if _, err := p.socket.Write([]byte(lines)); err != nil {
		p.t.Fatal(err)
	}
}

func (p *peer) send(tone Tone) {
	p.t.Helper()
	line, err := json.Marshal(tone)
	if err != nil {
		p.t.Fatal(err)
	}
	p.write(string(line) + "\n")
}

func (p *peer) next() Tone {
	p.t.Helper()
	line, err := p.lines.ReadBytes('\n')
	if err != nil {
		p.t.Fatal(err)
	}
	tone, err := Decode(line[:len(line)-1])
	if err != nil {
		p.t.Fatalf("%q: %v", line, err)
	}
	return tone
}

// ended waits for the end of what the client sends, and returns how many bytes came before it.
func (p *peer) ended() int {
	p.t.Helper()
	rest, err := io.ReadAll(p.lines)
	if err != nil {
		p.t.Fatal(err)
	}
	return len(rest)
}

// newClient makes a client of that daemon, whose log is the test's.
func newClient(t *testing.T, d *daemon, more ...func(*Config)) *Client {
	t.Helper()
	config := Config{Hello: Hello{Bee: "test-bee"}, Socket: d.path, ErrorLog: log.New(io.Discard, "", 0)}
	for _, change := range more {
		change(&config)
	}
	client, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close(expired()) })
	return client
}

// connected is a client and the daemon's end of its connection, hello taken.
func connected(t *testing.T) (*Client, *peer) {
	t.Helper()
	d := newDaemon(t)
	client := newClient(t, d)
	connect(t, client)
	return client, d.welcome()
}

func connect(t *testing.T, client *Client) {
	t.Helper()
	if err := client.Connect(bounded(t)); err != nil {
		t.Fatal(err)
	}
}

func bounded(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

func expired() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// wait takes what a handler has put into a channel.
func wait[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case value := <-from:
		return value
	case <-time.After(patience):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}
