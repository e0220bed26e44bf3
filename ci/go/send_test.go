package thrum

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
)

func TestSendFillsInTheEnvelope(t *testing.T) {
	client, peer := connected(t)
	rid, err := client.Send(Tone{"chi": ChiCancel, "sid": "s", "rid": "mine", "from": "other"})
	if err != nil {
		t.Fatal(err)
	}
	tone := peer.next()
	if tone["rid"] != rid || rid == "mine" || tone["from"] != "test-bee" || tone["sid"] != "s" {
		t.Errorf("sent as %s: %v", rid, tone)
	}
	if _, ok := tone["sentAt"].(json.Number); !ok {
		t.Errorf("sentAt: %v", tone["sentAt"])
	}
}

func TestSendRefusesWhatAnAskerMustNotSend(t *testing.T) {
	client, peer := connected(t)
	for name, tone := range map[string]Tone{
		"no chi":                {},
		"an unknown chi":        {"chi": "quantum-leap"},
		"a worker's chi":        {"chi": ChiChunk, "sid": "s"},
		"a daemon's chi":        {"chi": ChiPeerAdd},
		"a second hello":        {"chi": ChiHello},
		"a sid of another type": {"chi": ChiCancel, "sid": 7},
		"an echo of nothing":    {"chi": ChiEcho, "ok": true},
		"bytes as sid":          {"chi": ChiCancel, "sid": "\xff"},
		"a function":            {"chi": ChiLog, "message": func() {}},
	} {
		if _, err := client.Send(tone); err == nil {
			t.Errorf("%s was sent", name)
		}
	}
	client.Cancel("probe")
	if tone := peer.next(); tone["sid"] != "probe" {
		t.Errorf("something was written all the same: %v", tone)
	}
}

func TestSendsOfManyGoroutinesDoNotMix(t *testing.T) {
	client, peer := connected(t)
	text := strings.Repeat("x", 1<<16)
	var all sync.WaitGroup
	for n := 0; n < 8; n++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for n := 0; n < 8; n++ {
				client.Prompt("s", Prompt{Text: text})
			}
		}()
	}
	for n := 0; n < 64; n++ {
		if tone := peer.next(); tone["text"] != text {
			t.Fatalf("tone %d is damaged", n)
		}
	}
	all.Wait()
}

func TestBlockedWriteDoesNotStopReading(t *testing.T) {
	client, peer := connected(t)
	got := make(chan Tone, 1)
	client.OnAny(func(tone Tone) { got <- tone })
	client.Prompt("s", Prompt{Text: long})
	peer.send(Tone{"chi": ChiPulse})
	wait(t, got)
	if err := client.Flush(expired()); err == nil {
		t.Error("the write was not blocked")
	}
}

func TestFlushNeedsAConnection(t *testing.T) {
	client := newClient(t, newDaemon(t))
	if err := client.Flush(bounded(t)); !errors.Is(err, ErrDisconnected) {
		t.Errorf("flush: %v", err)
	}
}

func TestWaneRidesOnTheNextToneOfItsSession(t *testing.T) {
	client, peer := connected(t)
	client.Tick("s", "n")
	client.Tick("s", "n")
	client.Cancel("other")
	client.Cancel("s")
	client.Cancel("s")
	for n, want := range []any{nil, json.Number("2"), nil} {
		tone := peer.next()
		if tone["wane"] != want || (want != nil) != (tone["sigil"] == Sigil("s", "n")) {
			t.Errorf("tone %d: %v", n, tone)
		}
	}
}
