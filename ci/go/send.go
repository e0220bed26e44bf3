// Sending: what the client fills in, where a line goes, and the wane that rides on it.

package thrum

import (
	"context"
	"errors"
	"fmt"
)

// Send queues a tone and returns its rid. The client fills in rid, from and sentAt; an echo brings the rid of
// the tone that it acknowledges.
//
// It never blocks. What is sent while there is no connection is kept for the next one; what was meant for a
// connection that ends first is dropped (CLI-09). The queue has no limit: see Flush.
// It fails for a chi that is not an asker's to send, and for what JSON has no form for.
func (c *Client) Send(tone Tone) (rid string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return "", fmt.Errorf("thrum: send: %w", ErrClosed)
	}
	return c.queue(tone)
}

// Flush waits until what was sent before has been written to the socket. It fails if ctx is done first, and
// with [ErrDisconnected] if there is no connection or it ends first.
func (c *Client) Flush(ctx context.Context) error {
	c.mu.Lock()
	conn := c.conn
	c.mu.Unlock()
	err := ErrDisconnected
	if conn != nil {
		err = conn.flush(ctx)
	}
	if err != nil {
		return fmt.Errorf("thrum: flush: %w", err)
	}
	return nil
}

// Tick counts a local mutation of a session. The new wane rides on the next tone of that sid (WANE-08).
func (c *Client) Tick(sid, nest string) (uint64, error) {
	sigil := Sigil(sid, nest)
	value, err := c.wane.Tick(sigil)
	if err != nil {
		return 0, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, due := range c.due[sid] {
		if due == sigil {
			return value, nil
		}
	}
	c.due[sid] = append(c.due[sid], sigil)
	return value, nil
}

// Wane is the client's clocks; what is received moves them (WANE-09).
func (c *Client) Wane() *WaneTracker {
	return &c.wane
}

// answer sends what the other side asked for, on the connection that it asked on or not at all (CLI-09).
func (c *Client) answer(conn *connection, tone Tone) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn != conn {
		return
	}
	if _, err := c.queue(tone); err != nil {
		c.config.ErrorLog.Print(err)
	}
}

// queue is called with c.mu held, so that tones go out in the order of their rids.
func (c *Client) queue(tone Tone) (rid string, err error) {
	chi := tone.Chi()
	if !fromAsker(chi) {
		return "", fmt.Errorf("thrum: send: `%s` is no chi for an asker to send", chi)
	}
	sid, routed := tone.Sid()
	if !routed && tone["sid"] != nil {
		return "", errors.New("thrum: send: sid is no string")
	}
	if chi != ChiEcho {
		rid = Rid()
	} else if rid, _ = tone.Text("rid"); rid == "" {
		return "", errors.New("thrum: send: an echo needs the rid of another tone")
	}
	envelope := c.envelope(chi, rid)
	due := c.due[sid]
	rides := routed && len(due) > 0 && (tone["sigil"] == nil || tone["sigil"] == due[0])
	if rides {
		envelope["sigil"], envelope["wane"] = due[0], c.wane.Get(due[0])
	}
	line, err := Encode(envelope, tone)
	if err != nil {
		return "", err
	}
	if rides {
		if c.due[sid] = due[1:]; len(due) == 1 {
			delete(c.due, sid)
		}
	}
	line = append(line, '\n')
	if c.conn != nil {
		c.conn.push(line)
	} else {
		c.early = append(c.early, line)
	}
	return rid, nil
}

func (c *Client) envelope(chi, rid string) Tone {
	return Tone{"chi": chi, "rid": rid, "from": c.config.Hello.Bee, "sentAt": nowMs()}
}
