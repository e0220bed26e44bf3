package thrum

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"
)

func call(name, id string) Tone {
	return Tone{"chi": ChiToolCall, "sid": "s", "callId": id, "name": name, "args": Tone{"a": 1}}
}

func declare(t *testing.T, client *Client, tool Tool) {
	t.Helper()
	tool.InputSchema = json.RawMessage(`{"type":"object"}`)
	if err := client.Declare(tool); err != nil {
		t.Fatal(err)
	}
}

func TestToolResultsAreSentAsTheyAre(t *testing.T) {
	client, peer := connected(t)
	for n, row := range []struct {
		result any
		want   string
	}{
		{0, "0"}, {false, "false"}, {"", `""`}, {[]int{}, "[]"}, {nil, "{}"}, {(*int)(nil), "{}"}, {"<é>", `"<é>"`},
	} {
		name := fmt.Sprint("tool-", n)
		declare(t, client, Tool{Name: name, Call: func(_ context.Context, args json.RawMessage) (any, error) {
			if string(args) != `{"a":1}` {
				return nil, fmt.Errorf("args are %s", args)
			}
			return row.result, nil
		}})
		peer.send(call(name, name))
		answer := peer.next()
		got, _ := marshal(answer["result"])
		if answer.Chi() != ChiToolResult || answer["callId"] != name || string(got) != row.want {
			t.Errorf("%v: %s, not %s", row.result, got, row.want)
		}
	}
}

func TestToolsThatFailAreAnsweredWithAnError(t *testing.T) {
	client, peer := connected(t)
	declare(t, client, Tool{Name: "fails", Call: func(context.Context, json.RawMessage) (any, error) {
		return nil, errors.New("boom")
	}})
	declare(t, client, Tool{Name: "panics", Call: func(context.Context, json.RawMessage) (any, error) {
		panic("boom")
	}})
	declare(t, client, Tool{Name: "no JSON", Call: func(context.Context, json.RawMessage) (any, error) {
		return math.NaN(), nil
	}})
	for name, want := range map[string]string{
		"fails": "boom", "panics": "panicked", "unknown": "no such tool: `unknown`",
	} {
		peer.send(call(name, name))
		if answer := peer.next(); errorOf(answer) != want || answer["callId"] != name {
			t.Errorf("%s: %v", name, answer)
		}
	}
	peer.send(call("no JSON", "c"))
	if answer := peer.next(); errorOf(answer) == "" {
		t.Errorf("no JSON: %v", answer)
	}
}

func TestTimeLimitIsAnsweredOnce(t *testing.T) {
	for name, heeds := range map[string]bool{"heeds its context": true, "does not": false} {
		client, peer := connected(t)
		gate, ended := make(chan struct{}), make(chan error, 1)
		declare(t, client, Tool{
			Name:    "slow",
			Timeout: time.Millisecond,
			Call: func(ctx context.Context, _ json.RawMessage) (any, error) {
				defer func() { ended <- ctx.Err() }()
				if heeds {
					<-ctx.Done()
					return nil, ctx.Err()
				}
				<-gate
				return "late", nil
			},
		})
		peer.send(call("slow", "c"))
		if answer := peer.next(); errorOf(answer) != "timeout" {
			t.Errorf("%s: %v", name, answer)
		}
		close(gate)
		if err := wait(t, ended); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: its context says %v", name, err)
		}
		client.Cancel("probe")
		if tone := peer.next(); tone.Chi() != ChiCancel {
			t.Errorf("%s: a second answer: %v", name, tone)
		}
	}
}

func TestCallThatComesTwiceIsAnsweredOnce(t *testing.T) {
	client, peer := connected(t)
	runs, finished := make(chan int), make(chan Tone, 9)
	declare(t, client, Tool{Name: "add", Call: func(context.Context, json.RawMessage) (any, error) {
		runs <- 1
		return 5, nil
	}})
	client.On("s", func(tone Tone) {
		if tone.Chi() == ChiFinish {
			finished <- tone
		}
	})
	for turn := 1; turn <= 2; turn++ {
		peer.send(call("add", "c"))
		peer.send(call("add", "c"))
		peer.send(Tone{"chi": ChiToolInfo, "sid": "s", "callId": "i", "name": "add"})
		wait(t, runs)
		if answer := peer.next(); answer["callId"] != "c" {
			t.Errorf("turn %d: %v", turn, answer)
		}
		peer.send(Tone{"chi": ChiFinish, "sid": "s"})
		wait(t, finished)
		select {
		case <-runs:
			t.Errorf("turn %d: the call was run twice", turn)
		default:
		}
	}
}

func TestDeclareRefusesWhatCannotBeOffered(t *testing.T) {
	client := newClient(t, newDaemon(t))
	body := func(context.Context, json.RawMessage) (any, error) { return nil, nil }
	for name, tool := range map[string]Tool{
		"no name":       {Call: body, InputSchema: Tone{}},
		"no body":       {Name: "t", InputSchema: Tone{}},
		"no schema":     {Name: "t", Call: body},
		"a list":        {Name: "t", Call: body, InputSchema: []int{}},
		"a broken text": {Name: "t", Call: body, InputSchema: json.RawMessage("{")},
	} {
		if err := client.Declare(tool); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
