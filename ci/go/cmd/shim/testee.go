// One client under test: its acts, which are the client's own calls, and the events that it shows.

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"thrum"
)

// acts also hold the verbs besides prompt and cancel, by their chi.
var acts = map[string]func(t *testee, a fields){
	"connect":     func(t *testee, _ fields) { must(0, t.Connect(context.Background())) },
	"close":       func(t *testee, _ fields) { must(0, t.Close(context.Background())) },
	"send":        func(t *testee, a fields) { must(t.Send(thrum.Tone(a.object("tone")))) },
	"send-many":   sendMany,
	"prompt":      func(t *testee, a fields) { must(t.Prompt(a.text("sid"), as[thrum.Prompt](a))) },
	"cancel":      func(t *testee, a fields) { must(t.Cancel(a.text("sid"))) },
	"cleanup":     func(t *testee, a fields) { must(t.Cleanup(a.text("sid"))) },
	"curate":      func(t *testee, a fields) { must(t.Curate(a.text("sid"))) },
	"petal-cell":  func(t *testee, a fields) { must(t.PetalCell(a.text("sid"), a["cell"])) },
	"log":         func(t *testee, a fields) { must(t.Log(as[thrum.Log](a))) },
	"perf-mark":   func(t *testee, a fields) { must(t.PerfMark(a.text("label"), a.text("phase"), as[float64](a["t"]))) },
	"echo":        func(t *testee, a fields) { must(t.Echo(a.text("rid"), a["ok"].(bool), as[string](a["error"]))) },
	"subscribe":   func(t *testee, a fields) { t.On(a.text("sid"), t.report(a["sid"])) },
	"unsubscribe": func(t *testee, a fields) { t.Off(a.text("sid")) },
	"handler":     handler,
	"tool":        tool,
	"release":     release,
	"permit":      func(t *testee, a fields) { t.OnPermission(always(a.text("decision"))) },
	"tendril":     func(t *testee, a fields) { t.OnTendril(always(a["returns"])) },
	"tick":        func(t *testee, a fields) { must(t.Tick(a.text("sid"), a.text("nest"))) },
}

// testee is a client, and the gates where bodies of its tools wait: as readers of a lock that the gate holds.
// The gate without a name is open.
type testee struct {
	*thrum.Client
	handle string
	gates  map[string]*sync.RWMutex
}

var testees = make(map[string]*testee) // by handle; only the goroutine that reads stdin looks here

func open(r fields) fields {
	if r["role"] != "asker" {
		panic(unsupported)
	}
	setClock(fields{})
	config := thrum.Config{Socket: as[string](r["socket"]), Hello: as[thrum.Hello](r["hello"])}
	if r["reconnect"] == "auto" {
		config.Reconnect = thrum.Backoff{Min: time.Millisecond}
	}
	t := &testee{must(thrum.New(config)), fmt.Sprint("c", r["id"]), map[string]*sync.RWMutex{"": new(sync.RWMutex)}}
	testees[t.handle] = t
	t.OnAny(t.report(nil))
	t.OnDisconnect(func(error) { t.show("disconnected", fields{"conn": t.Connections()}) })
	t.OnTurn(func(turn thrum.Turn) { t.show("turn", fields{"sid": turn.Sid, "outcome": turn.Outcome}) })
	return fields{"client": t.handle}
}

func testeeOf(r fields) *testee {
	if t := testees[r.text("client")]; t != nil {
		return t
	}
	panic(fields{"ok": false, "code": "no-such-client"})
}

func (t *testee) end() fields {
	delete(testees, t.handle)
	go t.Close(context.Background()) // nobody waits for its error
	return fields{}
}

// do starts an act, and replies when it has ended or, if the request does not wait, at once.
func (t *testee) do(r fields) fields {
	a := r.object("act")
	name, reply := a["do"], fields{"id": r["id"], "ok": true}
	if name == "verb" {
		name, a = a["chi"], a.object("fields")
	}
	act := find(acts, name)
	if r["wait"] == false {
		emit(reply)
		reply = fields{"id": r["id"], "ev": "done"}
	}
	run := func() { emit(reply, attempt(func() { act(t, a) })) }
	if name == "connect" || name == "close" { // these may have something to wait for
		go run()
	} else {
		run()
	}
	return nil
}

func (t *testee) show(ev string, more fields) { emit(fields{"ev": ev, "client": t.handle}, more) }

// report is a handler; to is its sid, or nil.
func (t *testee) report(to any) func(thrum.Tone) {
	return func(tone thrum.Tone) { t.show("delivered", fields{"conn": t.Connections(), "to": to, "tone": tone}) }
}

func handler(t *testee, a fields) {
	if a["throws"] == "async" { // a goroutine of the application's own that panics ends any Go program
		panic(unsupported)
	}
	report := t.report(a["sid"])
	t.On(a.text("sid"), func(tone thrum.Tone) { report(tone); panic("a handler that throws") })
}

func sendMany(t *testee, a fields) {
	tones := a["tones"].([]any)
	each(len(tones), a, func(n int) error { _, err := t.Send(tones[n].(map[string]any)); return err })
}

func tool(t *testee, a fields) {
	name, tool := as[string](a["gate"]), as[thrum.Tool](a)
	if t.gates[name] == nil {
		t.gates[name] = new(sync.RWMutex)
		t.gates[name].Lock()
	}
	gate := t.gates[name]
	tool.InputSchema, tool.Timeout = a["input_schema"], as[time.Duration](a["timeout_ms"])*time.Millisecond
	tool.Call = func(context.Context, json.RawMessage) (any, error) {
		gate.RLock()
		defer gate.RUnlock()
		if a["throws"] != nil {
			return nil, errors.New(a.text("throws"))
		}
		return a["returns"], nil
	}
	must(0, t.Declare(tool))
}

// release opens a gate for good, and returns when the bodies that waited there have ended.
func release(t *testee, a fields) {
	if gate, shut := t.gates[a.text("gate")]; shut {
		delete(t.gates, a.text("gate"))
		gate.Unlock()
		gate.Lock()
		gate.Unlock()
	}
}

func always[T any](answer T) func(context.Context, thrum.Tone) (T, error) {
	return func(context.Context, thrum.Tone) (T, error) { return answer, nil }
}

// each calls work for 0 to count-1, one after the other, or all at once where the arguments name threads.
func each(count int, a fields, work func(n int) error) {
	errs := make(chan error, count)
	for n := 0; n < count; n++ {
		run := func(n int) { errs <- work(n) }
		if a["threads"] == nil {
			run(n)
		} else {
			go run(n)
		}
	}
	for n := 0; n < count; n++ {
		must(0, <-errs)
	}
}
