// What the other side asks and this client answers: tool-call, permission-ask, tendril-reach. Each question has
// a goroutine of its own, so answers neither wait for each other nor cross (TOOL-08).

package thrum

import "context"

// The decisions of a permit that are known.
const (
	Allow = "allow"
	Deny  = "deny"
)

// OnPermission sets what decides about a permission-ask: [Allow] or [Deny]. One that fails or panics denies.
// Without it the question stays open, since another bee on the session may be the one to answer.
// ctx is done when the connection has ended.
func (c *Client) OnPermission(decide func(ctx context.Context, ask Tone) (decision string, err error)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onPermission = decide
}

// OnTendril sets what answers a tendril-reach. One that fails gives {"error": …}, as a tool does.
// Without it the call stays open. ctx is done when the connection has ended.
func (c *Client) OnTendril(reach func(ctx context.Context, reach Tone) (result any, err error)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onTendril = reach
}

// asks belongs to one connection and to the goroutine that reads it.
type asks struct {
	client *Client
	conn   *connection
	called map[string]map[string]bool // sid and callId of the calls of running turns
}

func newAsks(client *Client, conn *connection) *asks {
	return &asks{client: client, conn: conn, called: make(map[string]map[string]bool)}
}

// take answers a tone if it is a question that can be answered. tool-info and tool-meta are news, and never
// answered (TOOL-09).
func (a *asks) take(tone Tone) {
	sid, routed := tone.Sid()
	if !routed {
		return
	}
	switch tone.Chi() {
	case ChiToolCall:
		a.toolCall(sid, tone)
	case ChiPermissionAsk:
		a.permissionAsk(sid, tone)
	case ChiTendrilReach:
		a.tendrilReach(sid, tone)
	case ChiFinish, ChiError:
		delete(a.called, sid)
	}
}

// toolCall runs a tool once: the call may come twice, its answer must not (BP-03, TOOL-05).
func (a *asks) toolCall(sid string, tone Tone) {
	id, ok := tone.Text("callId")
	if !ok || a.called[sid][id] {
		return
	}
	if a.called[sid] == nil {
		a.called[sid] = make(map[string]bool)
	}
	a.called[sid][id] = true
	name, _ := tone.Text("name")
	args := argsOf(tone)
	go func() {
		result, err := a.client.runTool(a.conn.ended, name, args)
		a.give(Tone{"chi": ChiToolResult, "sid": sid, "callId": id}, result, err)
	}()
}

func (a *asks) permissionAsk(sid string, tone Tone) {
	a.client.mu.Lock()
	decide := a.client.onPermission
	a.client.mu.Unlock()
	id, ok := tone.Text("permitId")
	if !ok || decide == nil {
		return
	}
	go func() {
		decision := Deny
		a.client.shield("OnPermission", func() {
			decided, err := decide(a.conn.ended, tone)
			if err != nil {
				a.client.config.ErrorLog.Printf("thrum: OnPermission: %v", err)
			} else if decided != "" {
				decision = decided
			}
		})
		a.client.answer(a.conn, Tone{
			"chi": ChiReleasePermit, "sid": sid, "permitId": id, "decision": decision,
		})
	}()
}

func (a *asks) tendrilReach(sid string, tone Tone) {
	a.client.mu.Lock()
	reach := a.client.onTendril
	a.client.mu.Unlock()
	id, ok := tone.Text("callId")
	if !ok || reach == nil {
		return
	}
	go func() {
		var result any
		err := errPanicked
		a.client.shield("OnTendril", func() { result, err = reach(a.conn.ended, tone) })
		a.give(Tone{"chi": ChiTendrilResult, "sid": sid, "callId": id}, result, err)
	}()
}

// give sends a result, or an object whose error is a string: one answer, whatever became of the call.
func (a *asks) give(answer Tone, result any, err error) {
	answer["result"] = a.client.asResult(result, err)
	a.client.answer(a.conn, answer)
}
