package thrum

import (
	"fmt"
	"log"
	"math"
	"strings"
	"testing"
)

func TestTonesAreRoutedBySid(t *testing.T) {
	client, peer := connected(t)
	got := make(chan string, 9)
	note := func(route string) func(Tone) {
		return func(tone Tone) { got <- fmt.Sprint(route, tone["n"]) }
	}
	client.On("s", note("s"))
	client.OnAny(note("any"))
	peer.write(`{"chi":"chunk","sid":"s","n":1}
{"chi":"chunk","sid":"S","n":2}
not a tone
{"chi":"","n":0}
{"chi":"pulse","n":3}
{"chi":"chunk","sid":7,"n":4}
{"chi":"chunk","sid":null,"n":5}
{"chi":"chunk","sid":"s","dusk":1,"n":0}
{"chi":"quantum-leap","sid":"s","n":6}
`)
	for _, want := range []string{"s1", "any2", "any3", "any4", "any5", "s6"} {
		if route := wait(t, got); route != want {
			t.Errorf("%s, not %s", route, want)
		}
	}
	client.Off("s")
	peer.send(Tone{"chi": ChiChunk, "sid": "s", "n": 7})
	if route := wait(t, got); route != "any7" {
		t.Errorf("after Off: %s", route)
	}
}

func TestTurnsEnd(t *testing.T) {
	client, peer := connected(t)
	turns := make(chan Turn, 9)
	client.OnTurn(func(turn Turn) { turns <- turn })
	peer.send(Tone{"chi": ChiError, "message": "of no session"})
	peer.send(Tone{"chi": ChiChunk, "sid": "a"})
	peer.send(Tone{"chi": ChiFinish, "sid": "a"})
	peer.send(Tone{"chi": ChiError, "sid": "b", "message": "m"})
	if turn := wait(t, turns); turn.Sid != "a" || turn.Outcome != Finished {
		t.Errorf("%+v", turn)
	}
	if turn := wait(t, turns); turn.Sid != "b" || turn.Outcome != Failed || turn.Tone["message"] != "m" {
		t.Errorf("%+v", turn)
	}
}

func TestReceivedWaneIsAdoptedIfGreater(t *testing.T) {
	client, peer := connected(t)
	got := make(chan Tone, 9)
	client.OnAny(func(tone Tone) { got <- tone })
	client.Wane().Set("low", 9)
	peer.write(`{"chi":"log","sigil":"high","wane":18446744073709551615}
{"chi":"log","sigil":"low","wane":3}
{"chi":"log","sigil":"odd","wane":-1}
{"chi":"log","sigil":"odd","wane":"7"}
`)
	for n := 0; n < 4; n++ {
		wait(t, got)
	}
	for sigil, want := range map[string]uint64{"high": math.MaxUint64, "low": 9, "odd": 0} {
		if shows := client.Wane().Get(sigil); shows != want {
			t.Errorf("%s shows %d, not %d", sigil, shows, want)
		}
	}
}

func TestOtherVersionIsWarnedOf(t *testing.T) {
	d := newDaemon(t)
	var text strings.Builder
	client := newClient(t, d, func(config *Config) { config.ErrorLog = log.New(&text, "", 0) })
	got := make(chan Tone, 2)
	client.OnAny(func(tone Tone) { got <- tone })
	connect(t, client)
	peer := d.welcome()
	peer.send(Tone{"chi": ChiBreath, "protoVersion": "9.9.9"})
	peer.send(Tone{"chi": ChiBreath, "protoVersion": Version})
	wait(t, got)
	wait(t, got)
	if warning := text.String(); strings.Count(warning, "\n") != 1 || !strings.Contains(warning, "9.9.9") {
		t.Errorf("logged: %q", warning)
	}
}
