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

var acts = map[string]func(t *testee, a fields){
	"connect":     func(t *testee, _ fields) { check(t.Connect(context.Background())) },
	"close":       func(t *testee, _ fields) { check(t.Close(context.Background())) },
	"send":        func(t *testee, a fields) { must(t.Send(a.tone("tone"))) },
	"send-many":   sendMany,
	"prompt":      func(t *testee, a fields) { must(t.Prompt(a.text("sid"), as[thrum.Prompt](a))) },
	"cancel":      func(t *testee, a fields) { must(t.Cancel(a.text("sid"))) },
	"subscribe":   func(t *testee, a fields) { t.On(a.text("sid"), t.report(a["sid"])) },
	"unsubscribe": func(t *testee, a fields) { t.Off(a.text("sid")) },
	"handler":     handler,
	"tool":        tool,
	"release":     func(t *testee, a fields) { t.release(a.text("gate")) },
	"permit":      func(t *testee, a fields) { t.OnPermission(always(a.text("decision"))) },
	"tendril":     func(t *testee, a fields) { t.OnTendril(always(a["returns"])) },
	"tick":        func(t *testee, a fields) { must(t.Tick(a.text("sid"), a.text("nest"))) },

	// the rest of the verbs
	"cleanup":    func(t *testee, f fields) { must(t.Cleanup(f.text("sid"))) },
	"curate":     func(t *testee, f fields) { must(t.Curate(f.text("sid"))) },
	"petal-cell": func(t *testee, f fields) { must(t.PetalCell(f.text("sid"), f["cell"])) },
	"log":        func(t *testee, f fields) { must(t.Log(as[thrum.Log](f))) },
	"perf-mark":  func(t *testee, f fields) { must(t.PerfMark(f.text("label"), f.text("phase"), as[float64](f["t"]))) },
	"echo":       func(t *testee, f fields) { check(t.Echo(f.text("rid"), f["ok"] == true, as[string](f["error"]))) },
}

// testee is a client, and the gates where bodies of its tools wait: as readers of a lock that the gate holds.
type testee struct {
	*thrum.Client
	handle string
	gates  map[string]*sync.RWMutex
}

var testees = make(map[string]*testee) // by handle; only the goroutine that reads stdin looks here

var opened int

func open(r fields) fields {
	setClock(nil)
	config := thrum.Config{Socket: as[string](r["socket"]), Hello: as[thrum.Hello](r["hello"])}
	if r["reconnect"] == "auto" {
		config.Reconnect = thrum.Backoff{Min: time.Millisecond}
	}
	opened++
	t := &testee{must(thrum.New(config)), fmt.Sprint("c", opened), make(map[string]*sync.RWMutex)}
	testees[t.handle] = t
	t.OnAny(t.report(nil))
	t.OnDisconnect(func(error) { t.show(fields{"ev": "disconnected", "conn": t.Connections()}) })
	t.OnTurn(func(turn thrum.Turn) { t.show(fields{"ev": "turn", "sid": turn.Sid, "outcome": turn.Outcome}) })
	return fields{"client": t.handle}
}

func end(r fields) fields {
	t := find(testees, r["client"], noClient)
	delete(testees, t.handle)
	for gate := range t.gates {
		t.release(gate)
	}
	now, cancel := context.WithCancel(context.Background())
	cancel()
	t.Close(now) // its error would be that something was left to write
	return fields{}
}

// do starts an act, and replies when it has ended or, if the request does not wait, at once.
func do(r fields) fields {
	t, a := find(testees, r["client"], noClient), fields(r.tone("act"))
	name := a["do"]
	if name == "verb" {
		name, a = a["chi"], fields(a.tone("fields"))
	}
	act, reply := find(acts, name, unsupported), fields{"id": r["id"], "ok": true}
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

func (t *testee) show(event fields) { emit(event, fields{"client": t.handle}) }

// report is a handler; to is its sid, or nil.
func (t *testee) report(to any) func(thrum.Tone) {
	return func(tone thrum.Tone) {
		t.show(fields{"ev": "delivered", "conn": t.Connections(), "to": to, "tone": tone})
	}
}

func sendMany(t *testee, a fields) {
	tones := a["tones"].([]any)
	inThreads(len(tones), a, func(n int) { must(t.Send(tones[n].(map[string]any))) })
}

func handler(t *testee, a fields) {
	if a["throws"] == "async" { // a goroutine of the application's that panics ends any Go program
		panic(unsupported)
	}
	report := t.report(a["sid"])
	t.On(a.text("sid"), func(tone thrum.Tone) { report(tone); panic("a handler that throws") })
}

func tool(t *testee, a fields) {
	name, waits := a["gate"].(string)
	if _, shut := t.gates[name]; waits && !shut {
		t.gates[name] = new(sync.RWMutex)
		t.gates[name].Lock()
	}
	gate, tool := t.gates[name], as[thrum.Tool](a)
	tool.InputSchema, tool.Timeout = a["input_schema"], as[time.Duration](a["timeout_ms"])*time.Millisecond
	tool.Call = func(context.Context, json.RawMessage) (any, error) {
		if waits {
			gate.RLock()
			defer gate.RUnlock()
		}
		if message, throws := a["throws"].(string); throws {
			return nil, errors.New(message)
		}
		return a["returns"], nil
	}
	check(t.Declare(tool))
}

// release opens a gate, and returns when the bodies that waited there have ended.
func (t *testee) release(name string) {
	if gate, shut := t.gates[name]; shut {
		delete(t.gates, name)
		gate.Unlock()
		gate.Lock()
		gate.Unlock()
	}
}

func always[T any](answer T) func(context.Context, thrum.Tone) (T, error) {
	return func(context.Context, thrum.Tone) (T, error) { return answer, nil }
}
