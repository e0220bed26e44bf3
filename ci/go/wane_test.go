package thrum

import (
	"errors"
	"math"
	"reflect"
	"sync"
	"testing"
)

func TestWaneCountsForEachSigil(t *testing.T) {
	var wane WaneTracker
	for n, sigil := range []string{"s", "s", "t"} {
		if got, err := wane.Tick(sigil); err != nil || got != []uint64{1, 2, 1}[n] {
			t.Errorf("tick %d: %d, %v", n, got, err)
		}
	}
	wane.Set("s", 5)
	if wane.Behind("s", 5) || !wane.Behind("s", 6) || !wane.Behind("unseen", 1) || wane.Behind("unseen", 0) {
		t.Error("behind is not strict")
	}
}

func TestWaneIsExactToTheTop(t *testing.T) {
	var wane WaneTracker
	wane.Set("s", math.MaxUint64-1)
	if got, err := wane.Tick("s"); got != math.MaxUint64 || err != nil {
		t.Errorf("%d, %v", got, err)
	}
	if _, err := wane.Tick("s"); !errors.Is(err, ErrWaneTop) || wane.Get("s") != math.MaxUint64 {
		t.Errorf("past the top: %v, %d", err, wane.Get("s"))
	}
}

func TestMergeTakesTheGreater(t *testing.T) {
	var wane WaneTracker
	wane.Set("s", 5)
	snapshot := map[string]uint64{"s": 3, "t": 7, "zero": 0}
	wane.Merge(snapshot)
	wane.Merge(snapshot)
	want := map[string]uint64{"s": 5, "t": 7, "zero": 0}
	if got := wane.Snapshot(); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, not %v", got, want)
	}
	wane.Snapshot()["s"] = 9
	if wane.Get("s") != 5 {
		t.Error("a snapshot is no copy")
	}
}

func TestTicksOfManyGoroutinesCount(t *testing.T) {
	var wane WaneTracker
	var all sync.WaitGroup
	for n := 0; n < 8; n++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for n := 0; n < 1000; n++ {
				wane.Tick("s")
			}
		}()
	}
	all.Wait()
	if wane.Get("s") != 8000 {
		t.Errorf("%d of 8000 ticks", wane.Get("s"))
	}
}
