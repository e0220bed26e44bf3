package thrum

import (
	"context"
	"errors"
	"log"
	"strings"
	"testing"
)

func TestCloseFlushesAndEnds(t *testing.T) {
	client, peer := connected(t)
	client.OnDisconnect(func(error) { t.Error("the application's own close was surfaced") })
	client.Cancel("last")
	if err := client.Close(bounded(t)); err != nil {
		t.Error(err)
	}
	if tone := peer.next(); tone["sid"] != "last" {
		t.Errorf("last came %v", tone)
	}
	if rest := peer.ended(); rest != 0 {
		t.Errorf("%d bytes followed the last tone", rest)
	}
	if _, err := client.Cancel("late"); !errors.Is(err, ErrClosed) {
		t.Errorf("send after close: %v", err)
	}
	if err := client.Connect(bounded(t)); !errors.Is(err, ErrClosed) {
		t.Errorf("connect after close: %v", err)
	}
}

func TestCloseDropsTheRestWhenItsContextIsDone(t *testing.T) {
	client, peer := connected(t)
	client.Prompt("s", Prompt{Text: long})
	if err := client.Close(expired()); !errors.Is(err, context.Canceled) {
		t.Errorf("close: %v", err)
	}
	if rest := peer.ended(); rest >= len(long) {
		t.Errorf("all %d bytes were written", rest)
	}
}

func TestHandlersMayCloseTheClient(t *testing.T) {
	client, peer := connected(t)
	closed := make(chan error, 1)
	client.OnAny(func(Tone) { closed <- client.Close(bounded(t)) })
	peer.write(`{"chi":"log"}` + "\n" + `{"chi":"log"}` + "\n")
	if err := wait(t, closed); err != nil {
		t.Error(err)
	}
	peer.ended()
	if len(closed) > 0 {
		t.Error("a closed client has delivered")
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	d := newDaemon(t)
	client := newClient(t, d)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- client.Run(ctx) }()
	peer := d.welcome()
	cancel()
	if err := wait(t, done); err != nil {
		t.Error(err)
	}
	peer.ended()
}

func TestRunEndsWithTheConnection(t *testing.T) {
	d := newDaemon(t)
	client := newClient(t, d)
	done := make(chan error, 1)
	go func() { done <- client.Run(context.Background()) }()
	d.welcome().socket.Close()
	if err := wait(t, done); !errors.Is(err, ErrDisconnected) {
		t.Errorf("run: %v", err)
	}
}

func TestPanicsOfHandlersAreLogged(t *testing.T) {
	d := newDaemon(t)
	var text strings.Builder
	client := newClient(t, d, func(config *Config) { config.ErrorLog = log.New(&text, "", 0) })
	later := make(chan Tone, 1)
	client.On("bad", func(Tone) { panic("boom") })
	client.On("good", func(tone Tone) { later <- tone })
	connect(t, client)
	peer := d.welcome()
	peer.send(Tone{"chi": ChiChunk, "sid": "bad"})
	peer.send(Tone{"chi": ChiChunk, "sid": "good"})
	wait(t, later)
	if !strings.Contains(text.String(), "boom") || !strings.Contains(text.String(), "client_test.go") {
		t.Errorf("logged: %q", text.String())
	}
}
