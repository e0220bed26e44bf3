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
	made, start := make([][]string, 8), make(chan struct{})
	for n := range made {
		all.Add(1)
		go func(n int) {
			defer all.Done()
			<-start
			for len(made[n]) < 10000 {
				made[n] = append(made[n], Rid())
			}
		}(n)
	}
	close(start)
	all.Wait()
	seen, form := make(map[string]bool), regexp.MustCompile(`^[0-9a-z]+-[0-9a-z]+$`)
	for _, rids := range made {
		for _, rid := range rids {
			if seen[rid] || !form.MatchString(rid) {
				t.Fatalf("`%s` was made before, or is none", rid)
			}
			seen[rid] = true
		}
	}
}
