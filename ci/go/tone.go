// One tone as text and back: strict JSON both ways. Nothing here knows lines or sockets.

package thrum

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// Tone is one frame of the wire: a flat JSON object of envelope and body.
//
// A map and not a struct: encoding/json matches the fields of a struct in any case of letters, where keys of
// the wire are case-sensitive (ENC-01), and fields that are not known yet have to come through (FWD-02).
// Every number of a received tone is a [json.Number], so that none loses digits (ENC-05).
type Tone map[string]any

// Text returns a field that is a string; false if it is missing, null or anything else.
func (t Tone) Text(key string) (string, bool) {
	text, ok := t[key].(string)
	return text, ok
}

// Chi returns the type of the tone; empty if it has none.
func (t Tone) Chi() string {
	chi, _ := t.Text("chi")
	return chi
}

// Sid returns the session of the tone; false if it belongs to none (ENV-15, ENV-20).
func (t Tone) Sid() (string, bool) {
	return t.Text("sid")
}

// Encode returns the JSON text of a tone, without LF. Where both name a field, the envelope's is written
// (ENV-16).
//
// It fails for what JSON has no form for, such as NaN, and for strings that are not UTF-8, which
// encoding/json would change without a word.
func Encode(envelope, body Tone) ([]byte, error) {
	tone := make(map[string]any, len(envelope)+len(body))
	for key, value := range body {
		tone[key] = value
	}
	for key, value := range envelope {
		tone[key] = value
	}
	return marshal(tone)
}

// Decode returns the tone on a line, given without its LF. An error means that the line is none and is to be
// dropped: bad UTF-8, bad JSON, no object, or nesting beyond the 10,000 levels of encoding/json.
//
// A lone surrogate escape comes out as U+FFFD, since a Go string of JSON holds Unicode text (ENC-07).
func Decode(line []byte) (Tone, error) {
	if !utf8.Valid(line) { // encoding/json would replace what is not (FRAME-21)
		return nil, errors.New("thrum: the line is not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	var tone Tone
	if err := decoder.Decode(&tone); err != nil {
		return nil, fmt.Errorf("thrum: %w", err)
	}
	if tone == nil {
		return nil, errors.New("thrum: null is no tone")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("thrum: something follows the object on its line")
	}
	return tone, nil
}

// marshal is json.Marshal that leaves <, > and & as they are and refuses strings that are not UTF-8.
func marshal(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("thrum: %w", err)
	}
	if !isText(value) { // only now: the encoder has found that there are no cycles
		return nil, errors.New("thrum: a string is not UTF-8")
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), nil
}

// isText looks at the strings in maps and slices of JSON's own types.
func isText(value any) bool {
	switch value := value.(type) {
	case string:
		return utf8.ValidString(value)
	case []any:
		for _, item := range value {
			if !isText(item) {
				return false
			}
		}
	case Tone:
		return isText(map[string]any(value))
	case map[string]any:
		for key, item := range value {
			if !utf8.ValidString(key) || !isText(item) {
				return false
			}
		}
	}
	return true
}
