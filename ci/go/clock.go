// The one place that reads the time of day, so that a test can move it for rid, dusk and sentAt at once.

package thrum

import (
	"sync/atomic"
	"time"
)

var clock atomic.Pointer[func() time.Time]

// SetClock gives the package another time of day, for tests; nil gives back the real one. Time limits and
// back-off are durations and do not follow it.
func SetClock(now func() time.Time) {
	if now == nil {
		clock.Store(nil)
		return
	}
	clock.Store(&now)
}

// nowMs is the time in milliseconds since the epoch, UTC.
func nowMs() int64 {
	if now := clock.Load(); now != nil {
		return (*now)().UnixMilli()
	}
	return time.Now().UnixMilli()
}
