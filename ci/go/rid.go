// The rid of a tone.

package thrum

import (
	"strconv"
	"sync/atomic"
)

// ridCount is the process's own and starts at 0 (RID-02).
var ridCount atomic.Uint64

// Rid returns a new tone id: the time in milliseconds and a counter, both in base 36. No two calls in a
// process give the same, whichever goroutine calls (RID-03).
func Rid() string {
	number := ridCount.Add(1) - 1
	return strconv.FormatInt(nowMs(), 36) + "-" + strconv.FormatUint(number, 36)
}
