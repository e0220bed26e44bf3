// Command shim drives the client for the conformance suite: shim protocol 1 on stdin and stdout. It reports and
// never judges. What there is stands in tables: ops here, acts in testee.go, functions in functions.go.
// A failure travels as a panic to the one place that makes a reply of it: attempt.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"time"

	"thrum"
)

var caps = []string{
	"hello", "threads", "tools", "timeouts", "permits", "tendrils", "turns", "reconnect.auto", "reconnect.manual",
	"wane.wired", "wane.merge", "clock.virtual", "verb.prompt", "verb.cancel", "verb.cleanup", "verb.curate",
	"verb.petal-cell", "verb.log", "verb.perf-mark", "verb.echo",
}

// ops give what a reply holds beside id and ok; nil if the reply is on its way.
var ops = map[string]func(r fields) fields{
	"start": start,
	"ping":  func(fields) fields { return fields{} },
	"call":  call,
	"clock": setClock,
	"open":  open,
	"do":    func(r fields) fields { return find(testees, r["client"], noClient).do(r) },
	"end":   func(r fields) fields { return find(testees, r["client"], noClient).end() },
	"stop":  func(fields) fields { return fields{} },
}

func main() {
	requests := json.NewDecoder(os.Stdin)
	requests.UseNumber()
	for r := (fields{}); r["op"] != "stop"; {
		var line any
		if requests.Decode(&line) != nil {
			return
		}
		var reply fields
		r = plain(line).(map[string]any)
		failed := attempt(func() { reply = find(ops, r["op"], unsupported)(r) })
		if reply != nil || failed != nil {
			emit(fields{"id": r["id"], "ok": true}, reply, failed)
		}
	}
}

func start(r fields) fields {
	if as[int](r["v"]) != 1 {
		return fields{"ok": false, "code": "version", "message": "this shim speaks protocol 1", "versions": []int{1}}
	}
	impl := fields{"name": "thrum-go", "version": thrum.Version, "lang": runtime.Version()}
	return fields{"v": 1, "impl": impl, "wire": thrum.Version, "profiles": []string{"document"}, "caps": caps}
}

func setClock(r fields) fields {
	thrum.SetClock(nil)
	if now := as[int64](r["now"]); r["now"] != nil {
		thrum.SetClock(func() time.Time { return time.UnixMilli(now) })
	}
	return fields{}
}

var unsupported = fields{"ok": false, "unsupported": true}
var noClient = fields{"ok": false, "code": "no-such-client"}

// attempt gives what a reply says of the work's failure; nil if there was none.
func attempt(work func()) (failed fields) {
	defer func() {
		switch err := recover().(type) {
		case nil:
		case fields:
			failed = err
		case *runtime.TypeAssertionError: // what Go's types do not let through to the client
			failed = fields{"ok": false, "impossible": true, "why": err.Error()}
		default:
			failed = fields{"ok": false, "code": "refused", "message": fmt.Sprint(err)}
		}
	}()
	work()
	return nil
}

func find[T any](table map[string]T, name any, otherwise fields) T {
	if entry, ok := table[fmt.Sprint(name)]; ok {
		return entry
	}
	panic(otherwise)
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
