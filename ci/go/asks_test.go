package thrum

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
)

func TestPermitsAreAnswered(t *testing.T) {
	client, peer := connected(t)
	heard := make(chan Tone, 1)
	client.OnAny(func(tone Tone) { heard <- tone })
	peer.send(Tone{"chi": ChiPermissionAsk, "sid": "s", "permitId": "nobody decides"})
	wait(t, heard)
	for _, row := range []struct {
		decide func(context.Context, Tone) (string, error)
		want   string
	}{
		{func(context.Context, Tone) (string, error) { return Allow, nil }, Allow},
		{func(context.Context, Tone) (string, error) { return Allow, errors.New("fails") }, Deny},
		{func(context.Context, Tone) (string, error) { panic("fails") }, Deny},
		{func(context.Context, Tone) (string, error) { return "", nil }, Deny},
	} {
		client.OnPermission(row.decide)
		peer.send(Tone{"chi": ChiPermissionAsk, "sid": "s", "permitId": "p"})
		answer := peer.next()
		if answer.Chi() != ChiReleasePermit || answer["sid"] != "s" || answer["permitId"] != "p" {
			t.Errorf("%v", answer)
		}
		if answer["decision"] != row.want {
			t.Errorf("%v, not %s", answer, row.want)
		}
		wait(t, heard)
	}
}

func TestTendrilsAreAnswered(t *testing.T) {
	client, peer := connected(t)
	client.OnTendril(func(_ context.Context, reach Tone) (any, error) {
		if reach["name"] == "bad" {
			return nil, errors.New("no")
		}
		return reach["args"], nil
	})
	peer.send(Tone{"chi": ChiTendrilReach, "sid": "s", "callId": "t", "name": "bad"})
	if answer := peer.next(); answer.Chi() != ChiTendrilResult || errorOf(answer) != "no" {
		t.Errorf("%v", answer)
	}
	peer.send(Tone{"chi": ChiTendrilReach, "sid": "s", "callId": "t", "name": "good", "args": 7})
	if answer := peer.next(); answer["result"] != json.Number("7") || answer["callId"] != "t" {
		t.Errorf("%v", answer)
	}
}

func TestNoAnswerGoesToAnotherConnection(t *testing.T) {
	d := newDaemon(t)
	client := newClient(t, d, comesBack)
	asked, ended := make(chan Tone, 1), make(chan error, 1)
	client.OnPermission(func(ctx context.Context, ask Tone) (string, error) {
		asked <- ask
		<-ctx.Done()
		ended <- nil
		return Allow, nil
	})
	connect(t, client)
	first, conn := d.welcome(), client.conn
	first.send(Tone{"chi": ChiPermissionAsk, "sid": "s", "permitId": "p"})
	wait(t, asked)
	first.socket.Close()
	second := d.welcome()
	wait(t, ended)
	client.answer(conn, Tone{"chi": ChiReleasePermit, "sid": "s", "permitId": "q", "decision": Allow})
	client.Cancel("probe")
	if tone := second.next(); tone.Chi() != ChiCancel {
		t.Errorf("a stale answer: %v", tone)
	}
}

// errorOf is result.error of an answer; empty if it is none.
func errorOf(answer Tone) string {
	result, _ := answer["result"].(map[string]any)
	text, _ := result["error"].(string)
	return text
}
