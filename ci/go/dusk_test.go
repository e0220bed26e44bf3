package thrum

import (
	"encoding/json"
	"testing"
	"time"
)

func TestDuskIsStrictAndAbsolute(t *testing.T) {
	SetClock(func() time.Time { return time.UnixMilli(1700000000000) })
	defer SetClock(nil)
	if got := DuskIn(5 * time.Second); got != 1700000005000 {
		t.Errorf("dusk in five seconds: %d", got)
	}
	for _, row := range []struct {
		dusk any
		want bool
	}{
		{json.Number("1700000000000"), false},
		{json.Number("1699999999999"), true},
		{json.Number("1700000000001"), false},
		{json.Number("99999999999999999999999"), false},
		{json.Number("1.5"), false},
		{int64(1), true},
		{1, true},
		{"1", false},
		{true, false},
		{nil, false},
		{[]any{json.Number("1")}, false},
	} {
		if got := IsDusk(Tone{"dusk": row.dusk}); got != row.want {
			t.Errorf("dusk %v: %t", row.dusk, got)
		}
	}
	if IsDusk(Tone{"Dusk": 1}) {
		t.Error("a tone without dusk has expired")
	}
}
