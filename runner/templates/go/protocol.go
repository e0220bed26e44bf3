// The shim protocol: complete, nothing to fill in. Stdin is read in one goroutine; each client has one of its
// own, in which its acts run in order. It is one file, long as it is, so that a newer one can take its place whole.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf16"
)

// fields are a JSON object.
type fields map[string]any

// call is a call of the client.
type call func() error

func (f fields) str(key string) string {
	text, _ := f[key].(string)
	return text
}

// int gives 0 where there is none.
func (f fields) int(key string) int {
	number, _ := f[key].(json.Number)
	value, _ := number.Int64()
	return int(value)
}

func (f fields) object(key string) fields {
	object, _ := f[key].(map[string]any)
	return object
}

// impossible says that the type system forbids a call.
type impossible string

func (i impossible) Error() string { return string(i) }

// clientError carries the client's own code.
type clientError struct{ code, message string }

func (e clientError) Error() string { return e.code + ": " + e.message }

type shim struct {
	opened  int
	testees map[string]*testee
	queues  map[string]chan job
}

// job is an act that waits for its turn.
type job struct {
	id    any
	run   call
	waits bool
}

func serve(in io.Reader) {
	s := shim{testees: map[string]*testee{}, queues: map[string]chan job{}}
	lines := bufio.NewReaderSize(in, 1<<16)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		request := read(line)
		if reply := s.answer(request); reply != nil {
			emit(with(reply, "id", request["id"]))
		}
		if request["op"] == "stop" {
			return
		}
	}
}

// answer gives the fields of the reply, or nil where it is sent later.
func (s *shim) answer(request fields) fields {
	switch request["op"] {
	case "start":
		if request.int("v") != 1 {
			refusal := failure(clientError{"version", "this shim speaks 1"})
			return with(refusal, "versions", []int{1})
		}
		profiles := []string{"document"}
		return fields{"ok": true, "v": 1, "impl": impl, "wire": wire, "profiles": profiles, "caps": caps}
	case "ping", "stop":
		return fields{"ok": true}
	case "call":
		helper, known := helpers[request.str("fn")]
		if !known {
			return failure(errUnsupported)
		}
		value, err := helper(request.object("args"))
		if err != nil {
			return failure(err)
		}
		return fields{"ok": true, "value": value}
	case "clock":
		var now *int64
		if number, given := request["now"].(json.Number); given {
			ms, _ := number.Int64()
			now = &ms
		}
		return outcome(setClock(now))
	case "open":
		return s.open(request)
	case "do":
		t, known := s.testees[request.str("client")]
		if !known {
			return failure(clientError{"no-such-client", request.str("client")})
		}
		act := request.object("act")
		begin, known := t.acts()[act.str("do")]
		if !known {
			return failure(errUnsupported)
		}
		run := begin(act)
		if run == nil {
			return failure(errUnsupported)
		}
		s.queues[request.str("client")] <- job{request["id"], run, request["wait"] != false}
		return nil
	case "end":
		t, known := s.testees[request.str("client")]
		if !known {
			return failure(clientError{"no-such-client", request.str("client")})
		}
		close(s.queues[request.str("client")])
		delete(s.testees, request.str("client"))
		delete(s.queues, request.str("client"))
		t.end()
		return fields{"ok": true}
	}
	return failure(errUnsupported)
}

func (s *shim) open(request fields) fields {
	if _, other := request["profile"]; other || request["role"] != "asker" {
		return failure(errUnsupported)
	}
	for _, cap := range caps {
		if cap == "clock.virtual" {
			setClock(nil)
		}
	}
	s.opened++
	handle := fmt.Sprintf("c%d", s.opened)
	t := &testee{reporter: reporter{handle: handle, gates: map[string]*gate{}}}
	var socket *string
	if path, given := request["socket"].(string); given {
		socket = &path
	}
	if err := t.open(request.object("hello"), socket, request["reconnect"] == "auto"); err != nil {
		return failure(err)
	}
	s.testees[handle], s.queues[handle] = t, make(chan job, 1<<10)
	go t.work(s.queues[handle])
	return fields{"ok": true, "client": handle}
}

// begun is for acts that nobody waits for: their reply says that they have begun. Within this time one that
// does not block has ended, and one that does is blocked.
const begun = 50 * time.Millisecond

// work carries out acts: each begins when the one before has ended, or has begun if nobody waits.
func (t *testee) work(jobs <-chan job) {
	for next := range jobs {
		if next.waits {
			emit(with(outcome(next.run()), "id", next.id))
			continue
		}
		ended, replied := make(chan struct{}), make(chan struct{})
		go func(job job) {
			event := fields{}
			if err := job.run(); err != nil {
				event = failure(err)
			}
			close(ended)
			<-replied
			emit(with(with(event, "ev", "done"), "id", job.id))
		}(next)
		select {
		case <-ended:
		case <-time.After(begun):
		}
		emit(fields{"id": next.id, "ok": true})
		close(replied)
	}
}

func outcome(err error) fields {
	if err != nil {
		return failure(err)
	}
	return fields{"ok": true}
}

func failure(err error) fields {
	var why impossible
	var own clientError
	switch {
	case errors.Is(err, errUnsupported):
		return fields{"ok": false, "unsupported": true}
	case errors.As(err, &why):
		return fields{"ok": false, "impossible": true, "why": string(why)}
	case errors.As(err, &own):
		return fields{"ok": false, "code": own.code, "message": own.message}
	}
	return fields{"ok": false, "code": "error", "message": err.Error()}
}

// reporter is what a testee has to report with.
type reporter struct {
	handle string
	mutex  sync.Mutex
	conn   int
	gates  map[string]*gate
}

// count notes a connection.
func (r *reporter) count() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.conn++
}

func (r *reporter) connection() int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.conn == 0 {
		return 1
	}
	return r.conn
}

// delivered reports a tone that a handler got; to is its sid, nil for the catch-all.
func (r *reporter) delivered(to *string, tone any) {
	r.event("delivered", fields{"conn": r.connection(), "to": to, "tone": tone})
}

func (r *reporter) event(ev string, more fields) {
	emit(with(with(more, "ev", ev), "client", r.handle))
}

// gate is where tools wait until they are released.
type gate struct {
	once   sync.Once
	opened chan struct{}
	inside sync.WaitGroup
}

func (r *reporter) gate(name string) *gate {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.gates[name] == nil {
		r.gates[name] = &gate{opened: make(chan struct{})}
	}
	return r.gates[name]
}

func (g *gate) open() { g.once.Do(func() { close(g.opened) }) }

func (r *reporter) openGates() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for _, g := range r.gates {
		g.open()
	}
}

// release replies when those that waited have ended.
func (r *reporter) release(act fields) call {
	return func() error {
		g := r.gate(act.str("gate"))
		g.open()
		g.inside.Wait()
		return nil
	}
}

// toolBody is what a tool does when it is called: it waits at its gate, then fails or returns.
func (r *reporter) toolBody(act fields) (any, error) {
	if name := act.str("gate"); name != "" {
		g := r.gate(name)
		g.inside.Add(1)
		defer g.inside.Done()
		<-g.opened
	}
	if message, throws := act["throws"].(string); throws {
		return nil, errors.New(message)
	}
	return act["returns"], nil
}

// environment sets variables, and gives what puts them back.
func environment(env any) (restore func()) {
	before := os.Environ()
	wanted, _ := env.(map[string]any)
	for name, value := range wanted {
		if text, set := value.(string); set {
			os.Setenv(name, text)
		} else {
			os.Unsetenv(name)
		}
	}
	return func() {
		os.Clearenv()
		for _, pair := range before {
			name, value, _ := strings.Cut(pair, "=")
			os.Setenv(name, value)
		}
	}
}

func with(f fields, key string, value any) fields {
	f[key] = value
	return f
}

// read reads a request; numbers stay as they are spelt.
func read(line []byte) fields {
	decoder := json.NewDecoder(strings.NewReader(string(line)))
	decoder.UseNumber()
	var request map[string]any
	if err := decoder.Decode(&request); err != nil {
		emit(fields{"ev": "shim-error", "message": err.Error()})
	}
	object, _ := unwrapped(request).(map[string]any)
	return object
}

// unwrapped takes values that JSON cannot carry out of their forms. A string that is no Unicode text loses
// its lone surrogates, as Go's strings do.
func unwrapped(value any) any {
	switch value := value.(type) {
	case []any:
		for at, item := range value {
			value[at] = unwrapped(item)
		}
	case map[string]any:
		if text, is := value["$num"].(string); is {
			number, _ := strconv.ParseFloat(text, 64)
			return number
		}
		if text, is := value["$int"].(string); is {
			return json.Number(text)
		}
		if units, is := value["$utf16"].([]any); is {
			return fromUnits(units)
		}
		for key, item := range value {
			value[key] = unwrapped(item)
		}
	}
	return value
}

func fromUnits(units []any) string {
	codes := make([]uint16, len(units))
	for at, unit := range units {
		number, _ := unit.(json.Number)
		code, _ := number.Int64()
		codes[at] = uint16(code)
	}
	return string(utf16.Decode(codes))
}

// wrapped puts values that JSON cannot carry into their forms.
func wrapped(value any) any {
	switch value := value.(type) {
	case fields:
		return wrapped(map[string]any(value))
	case map[string]any:
		object := make(map[string]any, len(value))
		for key, item := range value {
			object[key] = wrapped(item)
		}
		return object
	case []any:
		list := make([]any, len(value))
		for at, item := range value {
			list[at] = wrapped(item)
		}
		return list
	case float64:
		if math.IsNaN(value) || math.IsInf(value, 0) {
			text := strings.Replace(fmt.Sprint(value), "Inf", "Infinity", 1)
			return map[string]string{"$num": strings.TrimPrefix(text, "+")}
		}
	case json.Number:
		number, err := strconv.ParseInt(string(value), 10, 64)
		if errors.Is(err, strconv.ErrRange) || number > 1<<53-1 || number < -(1<<53-1) {
			return map[string]string{"$int": string(value)}
		}
	}
	return value
}

var writing sync.Mutex

func emit(message fields) {
	line, err := json.Marshal(wrapped(message))
	if err != nil {
		line, _ = json.Marshal(map[string]string{"ev": "shim-error", "message": err.Error()})
	}
	writing.Lock()
	defer writing.Unlock()
	os.Stdout.Write(append(line, '\n'))
}
