// Command shim drives the client for the conformance suite: shim protocol 1 on stdin and stdout. It reports and
// never judges. What there is stands in three tables: ops here, acts in acts.go, functions in functions.go.
// Within this command a failure travels as a panic, to the one place that turns it into a reply (see attempt).
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"thrum"
)

const caps = "hello threads tools timeouts permits tendrils turns reconnect.auto reconnect.manual wane.wired wane.merge " +
	"clock.virtual verb.prompt verb.cancel verb.cleanup verb.curate verb.petal-cell verb.log verb.perf-mark verb.echo"

// ops give what a reply holds beside id and ok; nil for no reply.
var ops = map[string]func(r fields) fields{
	"start": start,
	"ping":  func(fields) fields { return fields{} },
	"call": func(r fields) fields {
		return fields{"value": find(functions, r["fn"], unsupported)(fields(r.tone("args")))}
	},
	"clock": func(r fields) fields { setClock(r["now"]); return fields{} },
	"open":  func(r fields) fields { return find(roles, r["role"], unsupported)(r) },
	"do":    do,
	"end":   end,
	"stop":  func(fields) fields { return fields{} },
}

var roles = map[string]func(r fields) fields{"asker": open}

func main() {
	stdin := bufio.NewReader(os.Stdin)
	for op := any(nil); op != "stop"; {
		line, err := stdin.ReadBytes('\n')
		if err != nil {
			return
		}
		r, reply := load(line), fields(nil)
		op = r["op"]
		failed := attempt(func() { reply = find(ops, op, unsupported)(r) })
		if reply != nil || failed != nil {
			emit(fields{"id": r["id"], "ok": true}, reply, failed)
		}
	}
}

func start(r fields) fields {
	if as[int](r["v"]) != 1 {
		panic(refusal{"code": "version", "message": "this shim speaks protocol 1", "versions": []int{1}})
	}
	impl := fields{"name": "thrum-go", "version": thrum.Version, "lang": runtime.Version()}
	profiles, wire := []string{"document"}, thrum.Version
	return fields{"v": 1, "impl": impl, "wire": wire, "profiles": profiles, "caps": strings.Fields(caps)}
}

func setClock(now any) {
	thrum.SetClock(nil)
	if now != nil {
		moment := time.UnixMilli(as[int64](now))
		thrum.SetClock(func() time.Time { return moment })
	}
}

// refusal is what a reply says of a failure that is not the client's own error.
type refusal fields

var unsupported, noClient = refusal{"unsupported": true}, refusal{"code": "no-such-client"}

// attempt gives what a reply says of the work's failure, nil if there is none.
func attempt(work func()) (failed fields) {
	defer func() {
		switch err := recover().(type) {
		case nil:
		case refusal:
			failed = fields{}
			for key, value := range err { // err may be shared
				failed[key] = value
			}
		case *runtime.TypeAssertionError: // an argument that the types of Go keep from the client
			failed = fields{"impossible": true, "why": err.Error()}
		case runtime.Error:
			panic(err)
		default:
			failed = fields{"code": "refused", "message": fmt.Sprint(err)}
		}
		if failed != nil {
			failed["ok"] = false
		}
	}()
	work()
	return nil
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func must[T any](value T, err error) T { check(err); return value }

func find[T any](table map[string]T, name any, otherwise refusal) T {
	if entry, ok := table[fmt.Sprint(name)]; ok {
		return entry
	}
	panic(otherwise)
}
