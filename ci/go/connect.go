// From one connection to the next: how a client comes to one, serves it, and loses it.

package thrum

import (
	"context"
	"fmt"
	"net"
)

// start connects and begins to serve. served is closed when the client neither has a connection nor comes
// back by itself.
func (c *Client) start(ctx context.Context) (served <-chan struct{}, err error) {
	if err := c.claim(); err != nil {
		return nil, fmt.Errorf("thrum: connect: %w", err)
	}
	wait := c.config.Reconnect
	conn, err := c.open(ctx, &wait)
	if err != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.serving = false
		return nil, err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.serve(conn)
	}()
	return done, nil
}

// claim makes sure that there is one connection at most.
func (c *Client) claim() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return ErrClosed
	case c.serving:
		return ErrConnected
	}
	c.serving = true
	return nil
}

// serve delivers what arrives, on this connection and on those that follow it.
func (c *Client) serve(conn *connection) {
	wait := c.config.Reconnect
	for conn != nil {
		c.connected()
		heard, err := c.receive(conn)
		if !c.lost(conn, err) {
			return
		}
		if heard {
			wait = c.config.Reconnect
		}
		conn = c.comeBack(&wait)
	}
}

// connected tells the application that hello is on its way.
func (c *Client) connected() {
	c.mu.Lock()
	handler := c.onConnect
	c.mu.Unlock()
	if handler != nil {
		c.shield("OnConnect", handler)
	}
}

// lost forgets a connection and tells the application, unless that has closed the client itself. It returns
// whether to come back. Nothing of another connection is delivered before it returns (CLI-08).
func (c *Client) lost(conn *connection, err error) bool {
	conn.end()
	c.mu.Lock()
	if c.conn != conn {
		c.mu.Unlock()
		return false
	}
	again := c.config.Reconnect.on()
	c.conn, c.serving = nil, again
	handler := c.onDisconnect
	c.mu.Unlock()
	if handler != nil {
		c.shield("OnDisconnect", func() { handler(err) })
	}
	return again
}

// open makes a connection that starts with hello. Errors name the path.
func (c *Client) open(ctx context.Context, wait *Backoff) (*connection, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // Close ends the attempts too
		select {
		case <-c.life.Done():
			cancel()
		case <-ctx.Done():
		}
	}()
	path := or(c.config.Socket, DefaultSocketPath())
	for {
		socket, err := dial(ctx, path)
		if err == nil {
			return c.adopt(socket)
		}
		if !wait.on() {
			return nil, fmt.Errorf("thrum: %w", err)
		}
		if done := sleep(ctx, wait.next()); done != nil {
			return nil, fmt.Errorf("thrum: connect: %w (%v)", done, err)
		}
	}
}

// comeBack waits and connects again, until it succeeds; nil if the client is closed meanwhile.
func (c *Client) comeBack(wait *Backoff) *connection {
	if sleep(c.life, wait.next()) != nil {
		return nil
	}
	conn, err := c.open(c.life, wait)
	if err != nil {
		return nil
	}
	return conn
}

// adopt makes a socket the client's connection: hello first (HELLO-01), then what was sent before there was
// a connection (HELLO-03).
func (c *Client) adopt(socket net.Conn) (*connection, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		socket.Close()
		return nil, fmt.Errorf("thrum: connect: %w", ErrClosed)
	}
	hello, err := Encode(c.envelope(ChiHello, Rid()), c.hello)
	if err != nil { // New has tried it
		socket.Close()
		return nil, err
	}
	conn := newConnection(socket)
	conn.push(append(hello, '\n'))
	for _, line := range c.early {
		conn.push(line)
	}
	c.conn, c.early = conn, nil
	c.connections++
	return conn, nil
}
