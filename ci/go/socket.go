// Where the daemon's socket is when nobody names a path.

package thrum

import (
	"os"
	"strconv"
)

// DefaultSocketPath is [SocketPath] in the environment of this process.
func DefaultSocketPath() string {
	return SocketPath(os.Getenv)
}

// SocketPath is $HUM_THRUM_SOCK, else hum/thrum.sock in $XDG_RUNTIME_DIR, else in /run/user/<uid>.
// A variable that is empty counts as unset, and no other takes part.
func SocketPath(getenv func(name string) string) string {
	if path := getenv("HUM_THRUM_SOCK"); path != "" {
		return path
	}
	if runtime := getenv("XDG_RUNTIME_DIR"); runtime != "" {
		return runtime + "/hum/thrum.sock"
	}
	return "/run/user/" + strconv.Itoa(os.Getuid()) + "/hum/thrum.sock"
}
