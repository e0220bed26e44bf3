package thrum

import (
	"fmt"
	"os"
	"testing"
)

func TestSocketPath(t *testing.T) {
	fallback := fmt.Sprintf("/run/user/%d/hum/thrum.sock", os.Getuid())
	for _, row := range []struct{ sock, runtime, want string }{
		{"/tmp/t.sock", "/run/user/1000", "/tmp/t.sock"},
		{"", "/tmp/xdg", "/tmp/xdg/hum/thrum.sock"},
		{"", "", fallback},
	} {
		t.Setenv("HUM_THRUM_SOCK", row.sock)
		t.Setenv("XDG_RUNTIME_DIR", row.runtime)
		t.Setenv("HUM_SOCKET", "/tmp/old.sock")
		if got := DefaultSocketPath(); got != row.want {
			t.Errorf("%+v: `%s`", row, got)
		}
	}
}
