package thrum

import "testing"

func TestHelloIsComplete(t *testing.T) {
	body, err := Hello{Bee: "b", Hive: "h", Propensity: Propensity{Richness: "lean"}}.body()
	if err != nil {
		t.Fatal(err)
	}
	text, err := Encode(nil, body)
	want := `{"bee":"b","chis":["hello","prompt","cancel","cleanup","curate","release-permit","tendril-result",` +
		`"tool-result","petal-cell","echo","perf-mark","log","drone","drone-retrofit"],"hive":"h",` +
		`"propensity":{"richness":"lean","statefulness":"stateless","wire":"thrum"},` +
		`"protoVersion":"0.7.0","source":"thrum-go","version":"0.0.0"}`
	if err != nil || string(text) != want {
		t.Errorf("%s, %v", text, err)
	}
}

func TestHelloThatCannotBeSentIsRefusedAtOnce(t *testing.T) {
	for name, hello := range map[string]Hello{
		"without a name":      {},
		"with an unknown chi": {Bee: "b", Chis: []string{"hello", "tool_call"}},
		"that is not text":    {Bee: "b\xff"},
	} {
		if _, err := New(Config{Hello: hello}); err == nil {
			t.Errorf("a hello %s is taken", name)
		}
	}
}

func TestHelloComesFirstOnEachConnection(t *testing.T) {
	d := newDaemon(t)
	client := newClient(t, d)
	lost := make(chan error, 1)
	client.OnDisconnect(func(err error) { lost <- err })
	if _, err := client.Cancel("early"); err != nil {
		t.Fatal(err)
	}
	rids := make(map[any]bool)
	for n := 1; n <= 2; n++ {
		connect(t, client)
		peer := d.accept()
		hello := peer.next()
		if hello.Chi() != ChiHello || hello["from"] != "test-bee" || rids[hello["rid"]] {
			t.Errorf("connection %d begins with %v", n, hello)
		}
		rids[hello["rid"]] = true
		if n == 1 && peer.next().Chi() != ChiCancel {
			t.Error("what was sent before connecting did not follow hello")
		}
		peer.socket.Close()
		wait(t, lost)
	}
}
