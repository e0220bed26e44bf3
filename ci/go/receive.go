// Receiving: which handler gets a tone, and what else comes of it.

package thrum

import (
	"encoding/json"
	"strconv"
)

// Outcome is how a turn ended.
type Outcome string

// The outcomes of a turn (TURN-01).
const (
	Finished Outcome = "finished"
	Failed   Outcome = "failed"
)

// Turn is the end of a turn: the session, how it ended, and the finish or error that said so.
type Turn struct {
	Sid     string
	Outcome Outcome
	Tone    Tone
}

// On gives the tones of a sid to a handler, in the place of the one before. A tone may be shared with other
// handlers: read it, and change nothing in it.
func (c *Client) On(sid string, handler func(Tone)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.handlers[sid] = handler
}

// Off takes the handler of a sid away; its tones go to the catch-all from then on (CLI-04).
func (c *Client) Off(sid string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.handlers, sid)
}

// OnAny sets the catch-all: it gets the tones without a sid, and those of a sid that has no handler.
func (c *Client) OnAny(handler func(Tone)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onAny = handler
}

// OnConnect sets what is called on each connection, as soon as hello is on its way and before any tone of
// that connection is delivered.
func (c *Client) OnConnect(handler func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onConnect = handler
}

// OnDisconnect sets what is called when a connection has ended, other than by Close, with the reason: io.EOF
// if the daemon closed it. It comes after the last tone of that connection, and before the client connects
// again (CLI-08). The handler may call Connect itself.
func (c *Client) OnDisconnect(handler func(error)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onDisconnect = handler
}

// OnTurn sets what is called at the end of each turn, after the handler of its sid.
func (c *Client) OnTurn(handler func(Turn)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onTurn = handler
}

// receive delivers until the connection ends, and tells whether any tone came. A line that is none costs that
// line only (FRAME-09); an expired tone is of no use to anybody (DUSK-06 allows both).
func (c *Client) receive(conn *connection) (heard bool, err error) {
	asks := newAsks(c, conn)
	err = conn.read(func(line []byte) {
		tone, err := Decode(line)
		if err != nil || tone.Chi() == "" || IsDusk(tone) || !c.isCurrent(conn) {
			return
		}
		heard = true
		c.warnOfVersion(tone)
		c.adoptWane(tone)
		asks.take(tone)
		c.deliver(tone)
	})
	return heard, err
}

// isCurrent is false once the application has closed the client.
func (c *Client) isCurrent(conn *connection) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.conn == conn
}

func (c *Client) deliver(tone Tone) {
	sid, routed := tone.Sid()
	c.mu.Lock()
	onTurn := c.onTurn
	handler, registered := c.handlers[sid]
	if !routed || !registered {
		handler = c.onAny
	}
	c.mu.Unlock()
	if handler != nil {
		c.shield("handler", func() { handler(tone) })
	}
	outcome, ended := map[string]Outcome{ChiFinish: Finished, ChiError: Failed}[tone.Chi()]
	if ended && routed && onTurn != nil {
		c.shield("OnTurn", func() { onTurn(Turn{Sid: sid, Outcome: outcome, Tone: tone}) })
	}
}

// adoptWane takes a received wane that is above the local one (WANE-09); anything else that stands in its
// place counts as none.
func (c *Client) adoptWane(tone Tone) {
	sigil, ok := tone.Text("sigil")
	number, isNumber := tone["wane"].(json.Number)
	if !ok || !isNumber {
		return
	}
	if wane, err := strconv.ParseUint(string(number), 10, 64); err == nil {
		c.wane.Merge(map[string]uint64{sigil: wane})
	}
}

// warnOfVersion is all that comes of a daemon of another version (VER-01).
func (c *Client) warnOfVersion(tone Tone) {
	version, ok := tone.Text("protoVersion")
	if ok && version != Version && tone.Chi() == ChiBreath {
		c.config.ErrorLog.Printf("thrum: the daemon speaks wire `%s`, this client %s", version, Version)
	}
}
