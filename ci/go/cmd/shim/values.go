// Lines to values and back, with the forms for what JSON itself cannot carry.

package main

import (
	"encoding/json"
	"os"
	"regexp"
	"strconv"
	"sync"

	"thrum"
)

// fields is an object of the protocol.
type fields map[string]any

func (f fields) text(key string) string     { return f[key].(string) }
func (f fields) tone(key string) thrum.Tone { return f[key].(map[string]any) }

// as reads a value as a type of Go's, by way of its JSON; null and what is missing give the zero value.
func as[T any](value any) (read T) {
	check(json.Unmarshal(must(json.Marshal(value)), &read))
	return read
}

func load(line []byte) fields {
	return plain(map[string]any(must(thrum.Decode(line)))).(map[string]any)
}

// plain puts in the place of forms what they stand for. There is none for $utf16: strings are Unicode text here.
func plain(it any) any {
	form, _ := it.(map[string]any)
	if number, ok := form["$num"].(string); ok {
		return must(strconv.ParseFloat(number, 64))
	}
	if digits, ok := form["$int"].(string); ok {
		return json.Number(digits)
	}
	for key := range form {
		form[key] = plain(form[key])
	}
	list, _ := it.([]any)
	for n := range list {
		list[n] = plain(list[n])
	}
	return it
}

// token finds the strings of a line, and what may be its numbers.
var token = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|[-+.0-9eE]+`)

// formed puts forms in the place of integers beyond those that a double counts.
func formed(token []byte) []byte {
	if n, _ := strconv.ParseInt(string(token), 10, 64); n > 1<<53-1 || n < 1-1<<53 { // or the nearest there is
		return []byte(`{"$int":"` + string(token) + `"}`)
	}
	return token
}

var stdout sync.Mutex

// emit writes the parts as one object; later ones win.
func emit(parts ...fields) {
	message := fields{}
	for _, part := range parts {
		for key, value := range part {
			message[key] = value
		}
	}
	line := token.ReplaceAllFunc(must(json.Marshal(message)), formed)
	stdout.Lock()
	defer stdout.Unlock()
	os.Stdout.Write(append(line, '\n'))
}
