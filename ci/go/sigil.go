// The sigil of a session at a kind of nest.

package thrum

import (
	"crypto/sha256"
	"encoding/hex"
)

// Sigil returns 12 hexadecimal digits: the first 6 bytes of SHA-256 over nest, ":" and sid, taken as they are.
// Mind the order: sid comes first here and last in the hash (SIGIL-02).
func Sigil(sid, nest string) string {
	sum := sha256.Sum256([]byte(nest + ":" + sid))
	return hex.EncodeToString(sum[:6])
}
