// The helpers that the shim offers to call: the library's own, under the protocol's names.

package main

import (
	"time"

	"thrum"
)

var functions = map[string]func(a fields) any{
	"version":      func(fields) any { return thrum.Version },
	"registry":     func(a fields) any { return find(registries, a["of"])() },
	"is_valid_chi": func(a fields) any { return thrum.IsValidChi(a.text("value")) },
	"sigil":        func(a fields) any { return thrum.Sigil(a.text("sid"), a.text("nest")) },
	"rid":          rids,
	"dusk_in":      func(a fields) any { return thrum.DuskIn(as[time.Duration](a["ms"]) * time.Millisecond) },
	"is_dusk":      func(a fields) any { return thrum.IsDusk(thrum.Tone(a.object("tone"))) },
	"wane":         wane,
	"socket_path": func(a fields) any {
		return thrum.SocketPath(func(name string) string { return as[string](a.object("env")[name]) })
	},
	"encode": func(a fields) any {
		return string(must(thrum.Encode(thrum.Tone(a.object("envelope")), thrum.Tone(a.object("body")))))
	},
}

var registries = map[string]func() []string{"chi": thrum.AllChi, "pulse": thrum.PulseKinds}

var waneOps = map[string]func(w *thrum.WaneTracker, s, n any) any{
	"get":      func(w *thrum.WaneTracker, s, _ any) any { return w.Get(s.(string)) },
	"set":      func(w *thrum.WaneTracker, s, n any) any { w.Set(s.(string), as[uint64](n)); return nil },
	"tick":     func(w *thrum.WaneTracker, s, _ any) any { return must(w.Tick(s.(string))) },
	"behind":   func(w *thrum.WaneTracker, s, n any) any { return w.Behind(s.(string), as[uint64](n)) },
	"merge":    func(w *thrum.WaneTracker, s, _ any) any { w.Merge(as[map[string]uint64](s)); return nil },
	"snapshot": func(w *thrum.WaneTracker, _, _ any) any { return w.Snapshot() },
}

func wane(a fields) any {
	tracker, results := new(thrum.WaneTracker), []any{}
	failed := attempt(func() {
		for _, op := range a["ops"].([]any) {
			op := append(op.([]any), nil, nil)
			results = append(results, find(waneOps, op[0])(tracker, op[1], op[2]))
		}
	})
	if failed != nil {
		results = append(results, fields{"$raises": failed["message"]})
	}
	return results
}

func rids(a fields) any {
	made := make([]string, as[int](a["count"]))
	each(len(made), a, func(n int) error { made[n] = thrum.Rid(); return nil })
	return made
}
