package thrum

import (
	"context"
	"errors"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"
)

func comesBack(config *Config) {
	config.Reconnect = Backoff{Min: time.Millisecond}
}

func TestConnectFailsAtOnceWithoutADaemon(t *testing.T) {
	d := newDaemon(t)
	d.listener.Close()
	client := newClient(t, d)
	if err := client.Connect(bounded(t)); !errors.Is(err, syscall.ENOENT) {
		t.Errorf("connect: %v", err)
	}
}

func TestConnectTriesUntilItsContextIsDone(t *testing.T) {
	d := newDaemon(t)
	d.listener.Close()
	client := newClient(t, d, comesBack)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if err := client.Connect(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("connect: %v", err)
	}
}

func TestConnectWaitsForADaemonThatComesLater(t *testing.T) {
	d := newDaemon(t)
	aside := d.path + ".aside"
	if err := os.Rename(d.path, aside); err != nil {
		t.Fatal(err)
	}
	client := newClient(t, d, comesBack)
	done := make(chan error, 1)
	go func() { done <- client.Connect(bounded(t)) }()
	if err := os.Rename(aside, d.path); err != nil {
		t.Fatal(err)
	}
	d.welcome()
	if err := wait(t, done); err != nil {
		t.Error(err)
	}
}

func TestCloseEndsAnAttempt(t *testing.T) {
	d := newDaemon(t)
	d.listener.Close()
	client := newClient(t, d, comesBack)
	done := make(chan error, 1)
	go func() { done <- client.Connect(context.Background()) }()
	for begun := false; !begun; runtime.Gosched() {
		client.mu.Lock()
		begun = client.serving
		client.mu.Unlock()
	}
	client.Close(bounded(t))
	if err := wait(t, done); err == nil {
		t.Error("a closed client has connected")
	}
}

func TestOneConnectionAtATime(t *testing.T) {
	client, _ := connected(t)
	if err := client.Connect(bounded(t)); !errors.Is(err, ErrConnected) {
		t.Errorf("a second connect: %v", err)
	}
	if client.Connections() != 1 {
		t.Errorf("%d connections", client.Connections())
	}
}

func TestDisconnectIsSurfacedBeforeTheNextConnectionDelivers(t *testing.T) {
	d := newDaemon(t)
	client := newClient(t, d, comesBack)
	events := make(chan any, 9)
	client.OnConnect(func() { events <- "connected" })
	client.OnAny(func(tone Tone) { events <- tone["n"] })
	client.OnDisconnect(func(error) { events <- "disconnected" })
	connect(t, client)
	for _, n := range []string{"1", "2"} {
		peer := d.welcome()
		peer.send(Tone{"chi": ChiPulse, "n": n})
		peer.write(`{"chi":"log","n":"half`)
		if n == "1" {
			peer.socket.Close()
		}
	}
	for n, want := range []any{"connected", "1", "disconnected", "connected", "2"} {
		if got := wait(t, events); got != want {
			t.Errorf("event %d: %v, not %v", n, got, want)
		}
	}
}

func TestNothingIsCarriedOverToTheNextConnection(t *testing.T) {
	d := newDaemon(t)
	client := newClient(t, d)
	lost := make(chan error, 1)
	client.OnDisconnect(func(err error) { lost <- err })
	connect(t, client)
	first := d.welcome()
	for n := 0; n < 4; n++ { // more than a socket takes
		client.Prompt("stale", Prompt{Text: long})
	}
	first.socket.Close()
	wait(t, lost)
	if _, err := client.Cancel("fresh"); err != nil {
		t.Fatal(err)
	}
	connect(t, client)
	if tone := d.welcome().next(); tone.Chi() != ChiCancel || tone["sid"] != "fresh" {
		t.Errorf("first came %.80v", tone)
	}
}

func TestDisconnectHandlerMayConnect(t *testing.T) {
	d := newDaemon(t)
	client := newClient(t, d)
	again := make(chan error, 1)
	client.OnDisconnect(func(error) { again <- client.Connect(bounded(t)) })
	connect(t, client)
	d.welcome().socket.Close()
	d.welcome()
	if err := wait(t, again); err != nil {
		t.Error(err)
	}
}
