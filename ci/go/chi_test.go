package thrum

import (
	"os"
	"reflect"
	"regexp"
	"testing"
)

func TestRegistryIsThatOfTheDocument(t *testing.T) {
	document, err := os.ReadFile("../../WIRE.md")
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, row := range regexp.MustCompile(`(?m)^\| CHI-\d+ \| \[([a-z-]+)\]`).FindAllSubmatch(document, -1) {
		listed = append(listed, string(row[1]))
	}
	if !reflect.DeepEqual(AllChi(), listed) {
		t.Errorf("the registry is %v, the document's %v", AllChi(), listed)
	}
}

func TestMembershipIsExact(t *testing.T) {
	for _, chi := range AllChi() {
		if !IsValidChi(chi) {
			t.Errorf("`%s` is refused", chi)
		}
	}
	for _, other := range []string{"", "Prompt", "tool_call", "prompt ", "cell-ready"} {
		if IsValidChi(other) {
			t.Errorf("`%s` is taken", other)
		}
	}
}

func TestListsAreCopies(t *testing.T) {
	AllChi()[0], PulseKinds()[0] = "changed", "changed"
	if AllChi()[0] != ChiHello || PulseKinds()[0] != CellSpawned {
		t.Error("a caller can change the registry")
	}
}
