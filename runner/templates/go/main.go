// The shim between thrum-conform and this client: shim protocol 1 on stdin and stdout.
//
// Fill it in from the top, and build it and run `thrum-conform smoke` after each step: the helpers (level 1),
// open and the acts (level 2), then caps. What still is unsupported is unfinished, not wrong. protocol.go is
// complete. A shim reports and never judges; print only to stderr.
package main

import (
	"errors"
	"os"
	"runtime"
)

// next: import your client

var impl = map[string]string{"name": "my-client", "version": "0.0.0", "lang": runtime.Version()}

// The wire version that your client speaks.
const wire = "{{wire}}"

// next, after the acts: claim what your client has, such as "hello" or "verb.prompt".
var caps = []string{}

// errUnsupported says that something is not here, or not yet.
var errUnsupported = errors.New("unsupported")

// Level 1: helpers. Hand the arguments to your client as they are, and return what it gives, or its error.
// Numbers in them are json.Number. Where a type of your client cannot hold one, return impossible("why").
var helpers = map[string]func(args fields) (any, error){
	"version": func(fields) (any, error) {
		// next: return the wire version that your client exports
		return nil, errUnsupported
	},
	"sigil": func(args fields) (any, error) {
		// next: return the sigil of args["sid"] and args["nest"]
		return nil, errUnsupported
	},
	"registry": func(args fields) (any, error) {
		// next: return the list of strings, in the client's order: its chis where args["of"] is "chi", else
		// its pulses
		return nil, errUnsupported
	},
	"is_valid_chi": func(args fields) (any, error) {
		// next: return whether args["value"] is a chi; the value may be anything
		return nil, errUnsupported
	},
	"rid": func(args fields) (any, error) {
		// next: return args.int("count") fresh rids; made by args.int("threads") goroutines at once where
		// that is not 0
		return nil, errUnsupported
	},
	"dusk_in": func(args fields) (any, error) {
		// next: return the dusk in args.int("ms"), as ms since the epoch
		return nil, errUnsupported
	},
	"is_dusk": func(args fields) (any, error) {
		// next: return whether the tone args["tone"] has come to its dusk
		return nil, errUnsupported
	},
	"wane": func(args fields) (any, error) {
		// args["ops"] is such as [["set", "s", 5], ["tick", "s"], ["snapshot"]]
		// next: on a fresh tracker, return the list of what each of get, set, tick, behind, merge, snapshot
		// gives; an error ends the list as fields{"$raises": "its name"}
		return nil, errUnsupported
	},
	"socket_path": func(args fields) (any, error) {
		// next: defer environment(args["env"])(), then return the path that your client resolves
		return nil, errUnsupported
	},
	"encode": func(args fields) (any, error) {
		// next: return the line that your client would send for args["envelope"] and args["body"], as a
		// string
		return nil, errUnsupported
	},
}

// setClock sets the client's clock to ms since the epoch; nil is real time.
func setClock(now *int64) error {
	// next, where your client has a clock that can be set: set it, and claim "clock.virtual"
	return errUnsupported
}

// Level 2: one client. Handlers that you register report: t.delivered(&sid, tone), and t.delivered(nil, tone)
// in the catch-all. An act returns the call of the client to make, and nil where it is unsupported.
type testee struct {
	reporter
	// next: your client
}

// open makes a client that is not yet connected.
func (t *testee) open(hello fields, socket *string, reconnect bool) error {
	// next: make your client for the path *socket (nil: it resolves its own) and with the fields of hello.
	// Register
	//   a catch-all handler that calls t.delivered(nil, tone)
	//   a disconnect handler that calls t.event("disconnected", fields{"conn": t.connection()})
	//   a turn handler, with cap "turns": t.event("turn", fields{"sid": sid, "outcome": "finished" or
	//   "failed"})
	// Where reconnect is wanted and your client cannot come back by itself: errUnsupported.
	return errUnsupported
}

// end closes the client, whatever state it is in.
func (t *testee) end() {
	// next: close the client
	t.openGates()
}

func (t *testee) connect(fields) call {
	// next: return func() error { t.count(); return the client's connect }
	// (where the client comes back by itself, count in its own connect event instead)
	return nil
}

func (t *testee) subscribe(act fields) call {
	// next: return func() error { register a handler for act.str("sid") that calls t.delivered(&sid, tone) }
	return nil
}

func (t *testee) send(act fields) call {
	// next: return func() error { send act["tone"]: the client fills in rid, from and sentAt }
	return nil
}

func (t *testee) close(fields) call {
	// next: return func() error { the client's close }
	return nil
}

func (t *testee) unsubscribe(act fields) call {
	// next: return func() error { remove the handler of act.str("sid") }
	return nil
}

func (t *testee) handler(act fields) call {
	// next: register a handler for act.str("sid") that calls t.delivered(&sid, tone) and then panics, or
	// returns an error where your client's handlers do
	return nil
}

func (t *testee) sendMany(act fields) call {
	// next: send each of act["tones"] in order; from act.int("threads") goroutines at once where that is not
	// 0
	return nil
}

func (t *testee) prompt(act fields) call {
	// next: the client's prompt with act.str("sid"), act["text"] and the names act["tools"], and claim
	// "verb.prompt"
	return nil
}

func (t *testee) cancel(act fields) call {
	// next: the client's cancel of act.str("sid"), and claim "verb.cancel"
	return nil
}

func (t *testee) verb(act fields) call {
	// next: the client's own method for act.str("chi") with act["fields"], and claim "verb.CHI" for each
	return nil
}

func (t *testee) tool(act fields) call {
	// next: declare a tool with act's name, description, input_schema and perhaps timeout_ms, and claim
	// "tools"; its function returns t.toolBody(act)
	return nil
}

func (t *testee) permit(act fields) call {
	// next: answer each permission question with act.str("decision") from now on, and claim "permits"
	return nil
}

func (t *testee) tendril(act fields) call {
	// next: answer each tendril call with act["returns"] from now on, and claim "tendrils"
	return nil
}

func (t *testee) tick(act fields) call {
	// next: let the wane of the sigil of act.str("sid") and act.str("nest") rise by one, and claim
	// "wane.wired"
	return nil
}

// acts by their names in the protocol.
func (t *testee) acts() map[string]func(fields) call {
	return map[string]func(fields) call{
		"connect": t.connect, "subscribe": t.subscribe, "send": t.send, "close": t.close,
		"unsubscribe": t.unsubscribe, "handler": t.handler, "send-many": t.sendMany, "prompt": t.prompt,
		"cancel": t.cancel, "verb": t.verb, "tool": t.tool, "release": t.release, "permit": t.permit,
		"tendril": t.tendril, "tick": t.tick,
	}
}

func main() {
	serve(os.Stdin)
}
