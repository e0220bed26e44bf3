package thrum

import (
	"testing"
	"time"
)

func TestClockCanBeMovedAndGivenBack(t *testing.T) {
	SetClock(func() time.Time { return time.UnixMilli(5) })
	if nowMs() != 5 {
		t.Errorf("the moved clock shows %d", nowMs())
	}
	SetClock(nil)
	if real := time.Now().UnixMilli(); nowMs() < real {
		t.Errorf("the real clock shows %d after %d", nowMs(), real)
	}
}
