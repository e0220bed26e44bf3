package thrum

import (
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
)

// pair is a connection and the daemon's end of it.
func pair(t *testing.T) (*connection, *peer) {
	d := newDaemon(t)
	socket, err := dial(bounded(t), d.path)
	if err != nil {
		t.Fatal(err)
	}
	conn := newConnection(socket)
	t.Cleanup(conn.end)
	return conn, d.accept()
}

func TestLinesAreCutAtLFAlone(t *testing.T) {
	conn, peer := pair(t)
	go func() {
		for _, piece := range []string{"a\r\u2028\u0085", "b\n\n\xf0\x9f", "\x90\x9d\n" + long, long + "\nhalf"} {
			peer.socket.Write([]byte(piece))
		}
		peer.socket.Close()
	}()
	var got []string
	if err := conn.read(func(line []byte) { got = append(got, string(line)) }); err != io.EOF {
		t.Errorf("reading ended with %v", err)
	}
	if want := []string{"a\r\u2028\u0085b", "", "🐝", long + long}; !reflect.DeepEqual(got, want) {
		t.Errorf("%d lines: %.60q", len(got), got)
	}
}

func TestFlushWaitsForTheWrites(t *testing.T) {
	conn, peer := pair(t)
	line := []byte(long + "\n")
	conn.push(line)
	if err := conn.flush(expired()); err == nil {
		t.Error("flushed a line that nobody has read")
	}
	read := make(chan int, 1)
	go func() {
		line, _ := peer.lines.ReadBytes('\n')
		read <- len(line)
	}()
	if err := conn.flush(bounded(t)); err != nil {
		t.Error(err)
	}
	if n := wait(t, read); n != len(line) {
		t.Errorf("%d of %d bytes arrived", n, len(line))
	}
}

func TestFlushEndsWithTheConnection(t *testing.T) {
	conn, _ := pair(t)
	conn.push([]byte(long))
	conn.end()
	if err := conn.flush(bounded(t)); !errors.Is(err, ErrDisconnected) {
		t.Errorf("flush: %v", err)
	}
}

func TestWhatCameBeforeTheEndIsReadAfterAFailedWrite(t *testing.T) {
	d := newDaemon(t)
	socket, err := dial(bounded(t), d.path)
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(bounded(t))
	conn := &connection{socket: socket, ended: ended, cancel: cancel, wake: make(chan struct{}, 1)}
	defer conn.end()
	peer := d.accept()
	peer.write("last words\n")
	peer.socket.Close()
	conn.push([]byte("into the void\n"))
	conn.write() // to its failure, before anything is read
	var got []string
	err = conn.read(func(line []byte) { got = append(got, string(line)) })
	if err == nil || !reflect.DeepEqual(got, []string{"last words"}) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestConnectionThatCannotBeWrittenToEndsWithTheReason(t *testing.T) {
	conn, peer := pair(t)
	if err := peer.socket.(*net.UnixConn).CloseRead(); err != nil {
		t.Fatal(err)
	}
	conn.push([]byte("unheard\n"))
	if err := conn.read(func([]byte) {}); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("reading ended with %v", err)
	}
}

func TestDialFailsWithThePath(t *testing.T) {
	folder := t.TempDir()
	refusing := filepath.Join(folder, "refusing")
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: refusing})
	if err != nil {
		t.Fatal(err)
	}
	listener.SetUnlinkOnClose(false)
	listener.Close()
	for path, want := range map[string]error{
		filepath.Join(folder, "none"): syscall.ENOENT,
		refusing:                      syscall.ECONNREFUSED,
		filepath.Join(folder, strings.Repeat("long", 100)): syscall.EINVAL,
		"@thrum": syscall.ENOENT,
	} {
		_, err := dial(bounded(t), path)
		if !errors.Is(err, want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%.60s: %v", path, err)
		}
	}
}
