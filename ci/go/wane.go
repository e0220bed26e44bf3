// Wane: one Lamport clock for each sigil.

package thrum

import (
	"errors"
	"fmt"
	"math"
	"sync"
)

// ErrWaneTop is the error of a tick at 2^64-1, the largest wane there is.
var ErrWaneTop = errors.New("the wane is at its top")

// WaneTracker holds the local clocks. A sigil never seen stands at 0. The zero value is ready to use, from
// any goroutine.
type WaneTracker struct {
	mu     sync.Mutex
	clocks map[string]uint64
}

// Get returns what the clock of a sigil shows.
func (w *WaneTracker) Get(sigil string) uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.clocks[sigil]
}

// Set pins a value, a lower one too.
func (w *WaneTracker) Set(sigil string, value uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.put(sigil, value)
}

// Tick adds 1 and returns the new value. At the top it fails with [ErrWaneTop] and leaves the clock there.
func (w *WaneTracker) Tick(sigil string) (uint64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	value := w.clocks[sigil]
	if value == math.MaxUint64 {
		return 0, fmt.Errorf("thrum: tick of `%s`: %w", sigil, ErrWaneTop)
	}
	w.put(sigil, value+1)
	return value + 1, nil
}

// Behind tells whether remote is ahead of the local clock, strictly.
func (w *WaneTracker) Behind(sigil string, remote uint64) bool {
	return remote > w.Get(sigil)
}

// Merge takes the larger value for each sigil of a snapshot.
func (w *WaneTracker) Merge(snapshot map[string]uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for sigil, value := range snapshot {
		if _, seen := w.clocks[sigil]; !seen || value > w.clocks[sigil] {
			w.put(sigil, value)
		}
	}
}

// Snapshot returns a copy of all clocks.
func (w *WaneTracker) Snapshot() map[string]uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := make(map[string]uint64, len(w.clocks))
	for sigil, value := range w.clocks {
		all[sigil] = value
	}
	return all
}

func (w *WaneTracker) put(sigil string, value uint64) {
	if w.clocks == nil {
		w.clocks = make(map[string]uint64)
	}
	w.clocks[sigil] = value
}
