// Command shim drives the client for the conformance suite: shim protocol 1 on stdin and stdout. It reports and
// never judges. What there is stands in tables: ops here, acts in testee.go, functions in functions.go.
// A failure travels as a panic to the one place that makes a reply of it: attempt.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"thrum"
)

const caps = `hello threads tools timeouts permits tendrils turns reconnect.auto reconnect.manual wane.wired wane.merge
	clock.virtual verb.prompt verb.cancel verb.cleanup verb.curate verb.petal-cell verb.log verb.perf-mark verb.echo`

// ops give what a reply holds beside id and ok; nil if the reply is on its way.
var ops = map[string]func(r fields) fields{
	"start": start,
	"ping":  func(fields) fields { return fields{} },
	"call":  func(r fields) fields { return fields{"value": find(functions, r["fn"])(r.object("args"))} },
	"clock": setClock,
	"open":  open,
	"do":    func(r fields) fields { return testeeOf(r).do(r) },
	"end":   func(r fields) fields { return testeeOf(r).end() },
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
		failed := attempt(func() { reply = find(ops, r["op"])(r) })
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
	profiles := []string{"document"}
	return fields{"v": 1, "impl": impl, "wire": thrum.Version, "profiles": profiles, "caps": strings.Fields(caps)}
}

func setClock(r fields) fields {
	thrum.SetClock(nil)
	if now := as[int64](r["now"]); r["now"] != nil {
		thrum.SetClock(func() time.Time { return time.UnixMilli(now) })
	}
	return fields{}
}

var unsupported = fields{"ok": false, "unsupported": true}

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

func find[T any](table map[string]T, name any) T {
	entry, ok := table[fmt.Sprint(name)]
	if !ok {
		panic(unsupported)
	}
	return entry
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// fields is an object of the protocol.
type fields map[string]any

func (f fields) text(key string) string   { return f[key].(string) }
func (f fields) object(key string) fields { return f[key].(map[string]any) }

// as reads a value as a type of Go's, by way of its JSON; nil is the zero value.
func as[T any](value any) (read T) {
	must(0, json.Unmarshal(must(json.Marshal(value)), &read))
	return read
}

// plain puts what they stand for in the place of forms. $utf16 stays: a string of JSON is always text in Go.
func plain(it any) any {
	form, _ := it.(map[string]any)
	list, _ := it.([]any)
	if number, ok := form["$num"].(string); ok {
		return must(strconv.ParseFloat(number, 64))
	} else if digits, ok := form["$int"].(string); ok {
		return json.Number(digits)
	}
	for key := range form {
		form[key] = plain(form[key])
	}
	for n := range list {
		list[n] = plain(list[n])
	}
	return it
}

// integers finds what may be one, and strings, so that nothing in them is taken for one.
var integers = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|[-+.0-9eE]+`)

// formed puts a form in the place of an integer beyond those that a double counts.
func formed(token []byte) []byte {
	if n, _ := strconv.ParseInt(string(token), 10, 64); n > 1<<53-1 || n < 1-1<<53 { // 0 if it is none
		return []byte(`{"$int":"` + string(token) + `"}`)
	}
	return token
}

var stdout = log.New(os.Stdout, "", 0) // whole lines, from any goroutine

// emit writes the parts as one object; later ones win.
func emit(parts ...fields) {
	message := fields{}
	for _, part := range parts {
		for key, value := range part {
			message[key] = value
		}
	}
	stdout.Printf("%s", integers.ReplaceAllFunc(must(json.Marshal(message)), formed))
}
