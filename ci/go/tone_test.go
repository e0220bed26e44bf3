package thrum

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

func TestEnvelopeWinsOverBody(t *testing.T) {
	text, err := Encode(Tone{"chi": "cancel", "rid": "r"}, Tone{"chi": nil, "rid": "other", "text": "<&>"})
	if want := `{"chi":"cancel","rid":"r","text":"<&>"}`; err != nil || string(text) != want {
		t.Errorf("%s, %v; not %s", text, err, want)
	}
}

func TestEncodeRefusesWhatJSONCannotHold(t *testing.T) {
	cycle := Tone{}
	cycle["self"] = cycle
	for name, value := range map[string]any{
		"NaN":               []any{math.NaN()},
		"Infinity":          math.Inf(1),
		"a channel":         make(chan int),
		"a cycle":           cycle,
		"bytes":             "a\xff",
		"bytes deep within": Tone{"list": []any{map[string]any{"key\xff": 1}}},
	} {
		if text, err := Encode(nil, Tone{"value": value}); err == nil {
			t.Errorf("%s: written as %q", name, text)
		}
	}
}

func TestLineBreaksAreEscaped(t *testing.T) {
	text, err := Encode(nil, Tone{"raw": json.RawMessage("{\n \"a\": 1\n}"), "text": "a\nb"})
	if err != nil || strings.Contains(string(text), "\n") {
		t.Errorf("%q, %v", text, err)
	}
}

func TestDecodeKeepsNumbersAndKeysAsTheyAre(t *testing.T) {
	tone, err := Decode([]byte(` {"Chi":"x","chi":"chunk","wane":18446744073709551615,"n":1e999,"n":1.50} `))
	if err != nil {
		t.Fatal(err)
	}
	if tone.Chi() != ChiChunk || tone["Chi"] != "x" {
		t.Errorf("keys in another case were mixed up: %v", tone)
	}
	if tone["wane"] != json.Number("18446744073709551615") || tone["n"] != json.Number("1.50") {
		t.Errorf("numbers were changed: %v", tone)
	}
}

func TestDecodeDropsWhatIsNoTone(t *testing.T) {
	for _, line := range []string{
		"", " ", "null", "[]", `"text"`, "1", "{", "{}{}", "{} x", "{\"a\":NaN}", "{\"a\":\"\xff\"}",
		"{\"a\":\"\xed\xa0\x80\"}", "\ufeff{}", "{'a':1}", `{"a":1,}`, "{}\x00",
		strings.Repeat(`{"a":`, 10001) + "0" + strings.Repeat("}", 10001),
	} {
		if tone, err := Decode([]byte(line)); err == nil {
			t.Errorf("%.40q: taken for %v", line, tone)
		}
	}
}

func TestSidIsAString(t *testing.T) {
	for _, sid := range []any{nil, json.Number("7"), true, []any{"hum"}} {
		if text, ok := (Tone{"sid": sid}).Sid(); ok {
			t.Errorf("%v: taken for `%s`", sid, text)
		}
	}
	if _, ok := (Tone{"sid": ""}).Sid(); !ok {
		t.Error("the empty sid is a sid")
	}
}
