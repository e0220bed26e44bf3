// The client: one object for a bee, any number of connections, one after the other.

package thrum

import (
	"context"
	"errors"
	"fmt"
	"log"
	"runtime/debug"
	"sync"
	"time"
)

var (
	// ErrClosed is the error of whatever is asked of a client after Close.
	ErrClosed = errors.New("the client is closed")
	// ErrConnected is the error of Connect where there is a connection, or the client comes back by itself.
	ErrConnected = errors.New("the client is connected already")
	// ErrDisconnected is the error of a wait that the end of the connection has cut short.
	ErrDisconnected = errors.New("the connection has ended")
)

// lastWrite is how long Run waits, once its context is done, for what was sent to be written.
const lastWrite = time.Second

// Config is what a client is made from. Hello.Bee is the one field that has to be set.
type Config struct {
	Hello Hello
	// Socket is the path of the daemon's socket; [DefaultSocketPath] if empty.
	Socket string
	// Reconnect makes the client come back by itself; the zero value leaves that to the application.
	Reconnect Backoff
	// ErrorLog gets the panics of handlers and what else nobody is there to be told of; the standard logger
	// if nil.
	ErrorLog *log.Logger
}

// Client is an asker on a thrum socket. It sends hello itself, first on every connection. All methods may be
// called from any goroutine, and from handlers.
//
// Handlers are called one at a time, in the order of arrival, by the goroutine that reads; one that is slow
// holds up those behind it, so what takes long belongs in a goroutine of the application's own. Tools,
// permission questions and tendrils each have a goroutine of their own already. A handler that panics is
// logged and changes nothing else.
type Client struct {
	config Config
	hello  Tone
	life   context.Context // done when the client is closed
	end    context.CancelFunc
	wane   WaneTracker

	mu           sync.Mutex
	conn         *connection // nil while there is none
	connections  int
	serving      bool // there is a connection, or the client is about to make one
	closed       bool
	early        [][]byte            // lines for the next connection
	due          map[string][]string // sid to sigils whose new wane has not been sent
	handlers     map[string]func(Tone)
	onAny        func(Tone)
	onConnect    func()
	onDisconnect func(error)
	onTurn       func(Turn)
	tools        map[string]tool
	onPermission func(context.Context, Tone) (string, error)
	onTendril    func(context.Context, Tone) (any, error)
}

// New makes a client that is not yet connected. It fails for a hello that could not be sent.
func New(config Config) (*Client, error) {
	hello, err := config.Hello.body()
	if err != nil {
		return nil, err
	}
	if _, err := Encode(nil, hello); err != nil {
		return nil, fmt.Errorf("thrum: hello: %w", err)
	}
	if config.ErrorLog == nil {
		config.ErrorLog = log.Default()
	}
	life, end := context.WithCancel(context.Background())
	return &Client{
		config: config, hello: hello, life: life, end: end,
		due:      make(map[string][]string),
		handlers: make(map[string]func(Tone)),
		tools:    make(map[string]tool),
	}, nil
}

// Connect makes a connection, also another one after the last has ended. What was sent while there was none
// follows hello. It waits for no breath (BREATH-04).
//
// Where the daemon is missing it fails at once (CLI-14), or, with Config.Reconnect, tries until ctx is done.
func (c *Client) Connect(ctx context.Context) error {
	_, err := c.start(ctx)
	return err
}

// Run connects and stays until ctx is done or the client is closed: then it returns nil, and the client is
// closed. Without Config.Reconnect it also ends with the connection, with [ErrDisconnected].
func (c *Client) Run(ctx context.Context) error {
	served, err := c.start(ctx)
	if err != nil && ctx.Err() == nil {
		return err
	}
	if err == nil {
		select {
		case <-served:
		case <-ctx.Done():
		}
	}
	if ctx.Err() == nil && c.life.Err() == nil {
		return fmt.Errorf("thrum: run: %w", ErrDisconnected)
	}
	last, cancel := context.WithTimeout(context.Background(), lastWrite)
	defer cancel()
	if err := c.Close(last); !errors.Is(err, ErrDisconnected) {
		return err
	}
	return nil
}

// Close ends the client for good: whatever is sent from now on fails with [ErrClosed], and no handler is
// called any more. It waits until what was sent before is written; if ctx is done first, the rest is dropped.
func (c *Client) Close(ctx context.Context) error {
	c.mu.Lock()
	conn := c.conn
	c.conn, c.closed, c.early = nil, true, nil
	c.mu.Unlock()
	c.end()
	if conn == nil {
		return nil
	}
	defer conn.end()
	if err := conn.flush(ctx); err != nil {
		return fmt.Errorf("thrum: close: %w", err)
	}
	return nil
}

// Connections is how many connections there have been; the number of the present one.
func (c *Client) Connections() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.connections
}

// shield calls what belongs to the application; it tells whether that came to its end without a panic.
func (c *Client) shield(name string, call func()) (ok bool) {
	defer func() {
		if !ok {
			c.config.ErrorLog.Printf("thrum: %s: panic: %v\n%s", name, recover(), debug.Stack())
		}
	}()
	call()
	return true
}
