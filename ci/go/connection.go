// One connection: bytes to lines and back on a Unix stream socket. It ends once and is never reused, so neither
// a half-received line nor lines not yet written can reach the next one (CLI-09, CLI-10).

package thrum

import (
	"bufio"
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"
)

// lastRead is how long a connection that can no longer be written to is read, for what had come before.
const lastRead = time.Second

// busyDaemon is the pause before another try where the daemon has not yet accepted those before.
const busyDaemon = 10 * time.Millisecond

// connection has one writer and one reader, which do not wait for each other (BP-05).
type connection struct {
	socket net.Conn
	ended  context.Context // done when the connection has ended; tools and handlers get it
	cancel context.CancelFunc

	mu     sync.Mutex
	queue  []entry
	broken error         // why nothing can be written any more
	wake   chan struct{} // holds one token while the queue may have entries
}

// entry is a line with its LF, or else a mark, which is closed when all before it has been written.
type entry struct {
	line []byte
	mark chan<- struct{}
}

// dial connects. Errors name the path: missing, refused, too long.
func dial(ctx context.Context, path string) (net.Conn, error) {
	if strings.HasPrefix(path, "@") { // net would take it for a name in the abstract namespace
		path = "./" + path
	}
	for {
		socket, err := new(net.Dialer).DialContext(ctx, "unix", path)
		if !errors.Is(err, syscall.EAGAIN) { // only a full backlog: the daemon is there and busy
			return socket, err
		}
		if err := sleep(ctx, busyDaemon); err != nil {
			return nil, err
		}
	}
}

// newConnection starts to write.
func newConnection(socket net.Conn) *connection {
	ended, cancel := context.WithCancel(context.Background())
	c := &connection{socket: socket, ended: ended, cancel: cancel, wake: make(chan struct{}, 1)}
	go c.write()
	return c
}

// push queues a line, given with its LF. It never blocks: the queue has no limit (see flush).
func (c *connection) push(line []byte) {
	c.add(entry{line: line})
}

// flush waits until all lines pushed before have been written, or ctx or the connection has ended.
func (c *connection) flush(ctx context.Context) error {
	written := make(chan struct{})
	c.add(entry{mark: written})
	select {
	case <-written:
		return nil
	case <-c.ended.Done():
		return ErrDisconnected
	case <-ctx.Done():
		return ctx.Err()
	}
}

// end closes the connection; what is not written is dropped. It may be called more than once.
func (c *connection) end() {
	c.cancel()
	c.socket.Close() // the error would say that it is closed already
}

// read hands over each line without its LF: of any length, cut at 0x0A alone. It returns why the connection
// ended, io.EOF if the daemon closed; a last line without LF is dropped.
func (c *connection) read(receive func(line []byte)) error {
	reader := bufio.NewReaderSize(c.socket, 1<<16)
	for {
		line, err := reader.ReadBytes('\n') // not a bufio.Scanner: that one gives up at 64 KiB (FRAME-17)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return c.brokenBy()
		}
		if err != nil {
			return err
		}
		receive(line[:len(line)-1])
	}
}

func (c *connection) write() {
	for {
		select {
		case <-c.wake:
		case <-c.ended.Done():
			return
		}
		for _, next := range c.take() {
			if next.mark != nil {
				close(next.mark)
			} else if _, err := c.socket.Write(next.line); err != nil {
				c.breakOff(err)
				return
			}
		}
	}
}

// breakOff leaves the end to the reader, after what the daemon has said before it.
func (c *connection) breakOff(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broken = err
	c.socket.SetReadDeadline(time.Now().Add(lastRead))
}

func (c *connection) brokenBy() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.broken
}

func (c *connection) add(next entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queue = append(c.queue, next)
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *connection) take() []entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	taken := c.queue
	c.queue = nil
	return taken
}

// sleep waits, or returns the error of ctx if that is done first.
func sleep(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
