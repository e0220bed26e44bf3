// Command bee is a whole bee: a calculator that asks what 2 + 3 is, and lends the worker its tool `add`.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"

	"thrum"
)

const (
	sid    = "hum-calculator"
	schema = `{"type":"object","required":["a","b"],"properties":{"a":{"type":"number"},"b":{"type":"number"}}}`
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	hello := thrum.Hello{Bee: "calculator", Version: "1.0.0"}
	bee := must(thrum.New(thrum.Config{Hello: hello, Reconnect: thrum.DefaultBackoff}))

	tool := thrum.Tool{Name: "add", Description: "Adds two numbers", InputSchema: json.RawMessage(schema), Call: add}
	must(0, bee.Declare(tool))
	bee.OnPermission(func(context.Context, thrum.Tone) (string, error) { return thrum.Allow, nil })
	bee.On(sid, func(tone thrum.Tone) {
		if part, ok := tone["part"].(map[string]any); ok && tone.Chi() == thrum.ChiChunk {
			fmt.Print(part["text"])
		}
	})
	bee.OnConnect(func() {
		if _, err := bee.Prompt(sid, thrum.Prompt{Text: "What is 2 + 3?", Tools: []string{"add"}}); err != nil {
			log.Print(err)
		}
	})
	must(0, bee.Run(ctx))
}

func add(_ context.Context, args json.RawMessage) (any, error) {
	var numbers struct{ A, B float64 }
	err := json.Unmarshal(args, &numbers)
	return map[string]float64{"sum": numbers.A + numbers.B}, err
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}
