package thrum

import (
	"regexp"
	"sync"
	"testing"
	"time"
)

func TestRidIsTimeAndCounter(t *testing.T) {
	SetClock(func() time.Time { return time.UnixMilli(1700000000000) })
	defer SetClock(nil)
	before := ridCount.Load()
	defer ridCount.Store(before + 36)
	for number, want := range map[uint64]string{0: "loyw3v28-0", 35: "loyw3v28-z", 36: "loyw3v28-10"} {
		ridCount.Store(number)
		if got := Rid(); got != want {
			t.Errorf("%d: %s, not %s", number, got, want)
		}
	}
}

func TestRidsOfManyGoroutinesDiffer(t *testing.T) {
	var all sync.WaitGroup
	made := make([][]string, 8)
	for n := range made {
		all.Add(1)
		go func(n int) {
			defer all.Done()
			for len(made[n]) < 1000 {
				made[n] = append(made[n], Rid())
			}
		}(n)
	}
	all.Wait()
	seen := make(map[string]bool)
	for _, rids := range made {
		for _, rid := range rids {
			if seen[rid] || !regexp.MustCompile(`^[0-9a-z]+-[0-9a-z]+$`).MatchString(rid) {
				t.Fatalf("`%s` was made before, or is none", rid)
			}
			seen[rid] = true
		}
	}
}
