package thrum

import (
	"reflect"
	"testing"
	"time"
)

func TestPausesDoubleUpToTheirLimit(t *testing.T) {
	for _, row := range []struct {
		backoff Backoff
		want    []time.Duration
	}{
		{Backoff{Min: 100, Max: 350}, []time.Duration{100, 200, 350, 350}},
		{Backoff{Min: 100}, []time.Duration{100, 100, 100, 100}},
	} {
		backoff, got := row.backoff, []time.Duration{}
		for range row.want {
			got = append(got, backoff.next())
		}
		if !reflect.DeepEqual(got, row.want) {
			t.Errorf("%+v: %v, not %v", row.backoff, got, row.want)
		}
	}
	if (Backoff{Max: 1}).on() {
		t.Error("a back-off without Min is on")
	}
}
