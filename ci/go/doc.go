// Package thrum is an asker's client of the thrum wire 0.7.0, and the helpers of that wire.
//
//	client, err := thrum.New(thrum.Config{Hello: thrum.Hello{Bee: "my-bee", Version: "1.0.0"}})
//	…
//	client.On("hum-1", func(tone thrum.Tone) { fmt.Println(tone) })
//	client.Prompt("hum-1", thrum.Prompt{Text: "hello?"})
//	err = client.Run(ctx)
//
// Standard library only. Start at [Client]. The rules that comments cite, such as CLI-09, stand in WIRE.md.
package thrum
