package thrum

import "testing"

func TestSigilKnownAnswers(t *testing.T) {
	for _, row := range [][3]string{
		{"hum-x", "claude-cli", "7378d90ed270"},
		{"", "claude-cli", "e270faa234b9"},
		{"abc", "", "6e850a0e91c1"},
		{"a:b", "c", "da4c12c1f144"},
		{"b", "c:a", "da4c12c1f144"},
		{"😀", "nést", "3b1597fadaeb"},
		{"cafe\u0301", "n", "924f83f9cf5e"},
		{" ", "\t", "a4b0fcf521f2"},
		{"a\x00b", "n", "c5e17871a80b"},
	} {
		if got := Sigil(row[0], row[1]); got != row[2] {
			t.Errorf("sigil of %q at %q: %s, not %s", row[0], row[1], got, row[2])
		}
	}
}
