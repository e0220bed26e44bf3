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

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	hello := thrum.Hello{Bee: "calculator", Version: "1.0.0"}
	bee, err := thrum.New(thrum.Config{Hello: hello, Reconnect: thrum.DefaultBackoff})
	if err != nil {
		log.Fatal(err)
	}
	err = bee.Declare(thrum.Tool{
		Name:        "add",
		Description: "Adds two numbers",
		InputSchema: json.RawMessage(`{"type":"object","required":["a","b"],
			"properties":{"a":{"type":"number"},"b":{"type":"number"}}}`),
		Call: add,
	})
	if err != nil {
		log.Fatal(err)
	}
	bee.OnPermission(func(context.Context, thrum.Tone) (string, error) { return thrum.Allow, nil })

	sid := "hum-" + thrum.Rid()
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
	if err := bee.Run(ctx); err != nil {
		log.Fatal(err)
	}
}

func add(_ context.Context, args json.RawMessage) (any, error) {
	var numbers struct{ A, B float64 }
	if err := json.Unmarshal(args, &numbers); err != nil {
		return nil, err
	}
	return map[string]float64{"sum": numbers.A + numbers.B}, nil
}
