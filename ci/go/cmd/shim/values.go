// Lines to values and back, with the forms for what JSON itself cannot carry.

package main

import (
	"encoding/json"
	"log"
	"os"
	"regexp"
	"strconv"
)

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
