// The pause between attempts to connect.

package thrum

import "time"

// Backoff is how long to wait before another attempt: Min at first, then twice as long each time, up to Max.
// It starts again at Min once a tone has arrived. The zero value means: no further attempt.
type Backoff struct {
	Min, Max time.Duration
}

// DefaultBackoff suits a daemon on the same machine.
var DefaultBackoff = Backoff{Min: 100 * time.Millisecond, Max: 10 * time.Second}

func (b Backoff) on() bool {
	return b.Min > 0
}

// next returns the pause before the next attempt and moves on to the one after.
func (b *Backoff) next() time.Duration {
	pause := b.Min
	if doubled := 2 * b.Min; doubled < b.Max {
		b.Min = doubled
	} else if b.Max > b.Min {
		b.Min = b.Max
	}
	return pause
}
