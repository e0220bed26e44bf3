// Expiry: dusk is the absolute time, in milliseconds since the epoch, up to which a tone is alive.

package thrum

import (
	"encoding/json"
	"errors"
	"strconv"
	"time"
)

// DuskIn returns the dusk of a tone that is to live that long from now; fractions of a millisecond are cut.
func DuskIn(life time.Duration) int64 {
	return nowMs() + life.Milliseconds()
}

// IsDusk tells whether a tone has expired: now > dusk, strictly. Only an integer is a dusk; a tone without
// one never expires (DUSK-02, DUSK-07).
func IsDusk(tone Tone) bool {
	dusk, ok := integer(tone["dusk"])
	return ok && nowMs() > dusk
}

// integer reads a received number, or one that the application wrote into a tone. One beyond the range of
// int64 becomes the nearest that there is, which is as good for a comparison with the time.
func integer(value any) (int64, bool) {
	switch number := value.(type) {
	case json.Number:
		n, err := strconv.ParseInt(string(number), 10, 64)
		return n, err == nil || errors.Is(err, strconv.ErrRange)
	case int:
		return int64(number), true
	case int64:
		return number, true
	}
	return 0, false
}
