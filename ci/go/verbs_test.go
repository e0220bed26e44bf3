package thrum

import (
	"context"
	"encoding/json"
	"testing"
)

func TestVerbsAreSpelledAsOnTheWire(t *testing.T) {
	client, peer := connected(t)
	declare(t, client, Tool{
		Name: "add", Description: "adds",
		Call: func(context.Context, json.RawMessage) (any, error) { return nil, nil },
	})
	for _, row := range []struct {
		send func() (string, error)
		want string
	}{
		{func() (string, error) { return client.Prompt("s", Prompt{Text: "t", Tools: []string{"add"}}) },
			`{"chi":"prompt","sid":"s","text":"t",` +
				`"tools":[{"description":"adds","input_schema":{"type":"object"},"name":"add"}]}`},
		{func() (string, error) {
			return client.Prompt("s", Prompt{Content: []any{}, ModelID: "m", Cwd: "/", SystemPrompt: "p"})
		}, `{"chi":"prompt","content":[],"cwd":"/","modelId":"m","sid":"s","systemPrompt":"p"}`},
		{func() (string, error) { return client.Prompt("s", Prompt{}) }, `{"chi":"prompt","sid":"s","text":""}`},
		{func() (string, error) { return client.Cancel("s") }, `{"chi":"cancel","sid":"s"}`},
		{func() (string, error) { return client.Cleanup("s") }, `{"chi":"cleanup","sid":"s"}`},
		{func() (string, error) { return client.Curate("s") }, `{"chi":"curate","sid":"s"}`},
		{func() (string, error) { return client.PetalCell("s", 0) }, `{"cell":0,"chi":"petal-cell","sid":"s"}`},
		{func() (string, error) { return client.Log(Log{Level: "info", Message: "m"}) },
			`{"chi":"log","level":"info","message":"m"}`},
		{func() (string, error) {
			return client.Log(Log{Level: "info", Message: "m", Sid: "s", Fields: map[string]any{"n": 1}})
		}, `{"chi":"log","fields":{"n":1},"level":"info","message":"m","sid":"s"}`},
		{func() (string, error) { return client.PerfMark("l", "p", 0) },
			`{"chi":"perf-mark","label":"l","phase":"p","t":0}`},
		{func() (string, error) { return client.Echo("r", false, "why") },
			`{"chi":"echo","error":"why","ok":false}`},
		{func() (string, error) { return client.Echo("r", true, "") }, `{"chi":"echo","ok":true}`},
	} {
		rid, err := row.send()
		if err != nil {
			t.Errorf("%s: %v", row.want, err)
			continue
		}
		tone := peer.next()
		if tone["rid"] != rid {
			t.Errorf("%s: sent as %v, not %s", row.want, tone["rid"], rid)
		}
		for _, key := range []string{"rid", "from", "sentAt"} {
			delete(tone, key)
		}
		if got, _ := Encode(nil, tone); string(got) != row.want {
			t.Errorf("%s, not %s", got, row.want)
		}
	}
}

func TestVerbsRefuseWhatHasNoFormOnTheWire(t *testing.T) {
	client := newClient(t, newDaemon(t))
	if _, err := client.PetalCell("s", nil); err == nil {
		t.Error("a petal-cell without a cell is sent")
	}
	if _, err := client.Prompt("s", Prompt{Tools: []string{"undeclared"}}); err == nil {
		t.Error("an undeclared tool is offered")
	}
}
