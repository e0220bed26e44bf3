// Tools that the application offers: their declaration, and one run of one tool.

package thrum

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// DefaultTimeout is the time limit of a tool that sets none.
const DefaultTimeout = time.Minute

var (
	errPanicked = errors.New("panicked")
	errTimeout  = errors.New("timeout") // the word that TOOL-04 wants
)

// Tool is something that a worker may call during a turn whose prompt offers it.
type Tool struct {
	Name        string
	Description string
	// InputSchema is the JSON Schema of the arguments: an object, as a map or a json.RawMessage.
	InputSchema any
	// Call returns the result, anything that encoding/json takes. An error becomes {"error": text}, a nil
	// result {}. ctx is done when the time limit has passed or the connection has ended.
	Call func(ctx context.Context, args json.RawMessage) (result any, err error)
	// Timeout is the limit after which the call is answered with {"error": "timeout"}, whether or not Call
	// heeds ctx; [DefaultTimeout] if 0, none if negative.
	Timeout time.Duration
}

// tool is one that has been declared.
type tool struct {
	Tool
	schema json.RawMessage
}

// Declare declares a tool, in the place of one of the same name. Prompts offer it by that name. Calls of a
// tool that was never declared are answered with an error (TOOL-07).
func (c *Client) Declare(declared Tool) error {
	if declared.Name == "" || declared.Call == nil {
		return errors.New("thrum: a tool needs Name and Call")
	}
	schema, err := marshal(declared.InputSchema)
	if err != nil {
		return fmt.Errorf("thrum: tool `%s`: %w", declared.Name, err)
	}
	if _, err := Decode(schema); err != nil {
		return fmt.Errorf("thrum: tool `%s`: InputSchema is no object", declared.Name)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tools[declared.Name] = tool{Tool: declared, schema: schema}
	return nil
}

// offers is what prompt.tools holds for the names of declared tools (TOOL-01).
func (c *Client) offers(names []string) ([]any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	offers := make([]any, 0, len(names))
	for _, name := range names {
		tool, ok := c.tools[name]
		if !ok {
			return nil, fmt.Errorf("thrum: prompt: no tool `%s` has been declared", name)
		}
		offers = append(offers, Tone{
			"name": name, "description": tool.Description, "input_schema": tool.schema,
		})
	}
	return offers, nil
}

// runTool runs a tool to its end or to its time limit. A body over its limit runs on, since nothing can stop a
// goroutine, and what it returns is dropped.
func (c *Client) runTool(ended context.Context, name string, args json.RawMessage) (any, error) {
	c.mu.Lock()
	tool, ok := c.tools[name]
	c.mu.Unlock()
	if !ok {
		return nil, fmt.Errorf("no such tool: `%s`", name)
	}
	ctx, cancel := withLimit(ended, tool.Timeout)
	defer cancel()
	type outcome struct {
		result any
		err    error
	}
	done := make(chan outcome, 1)
	go func() {
		out := outcome{err: errPanicked}
		c.shield("tool `"+name+"`", func() { out.result, out.err = tool.Call(ctx, args) })
		done <- out
	}()
	var out outcome
	select {
	case out = <-done:
	case <-ctx.Done():
		out.err = ctx.Err() // if the connection has ended, nobody is there to be answered
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) { // also where the body heeds ctx and was first
		return nil, errTimeout
	}
	return out.result, out.err
}

func withLimit(ended context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	switch {
	case limit < 0:
		return context.WithCancel(ended)
	case limit == 0:
		limit = DefaultTimeout
	}
	return context.WithTimeout(ended, limit)
}

// argsOf returns the arguments of a call as JSON text; none are {}.
func argsOf(call Tone) json.RawMessage {
	if call["args"] == nil {
		return json.RawMessage("{}")
	}
	args, err := marshal(call["args"])
	if err != nil { // it came as JSON and can always be written as such again
		return json.RawMessage("{}")
	}
	return args
}

// asResult is what stands in result: never null (CHI-08), and an object with error where one failed (TOOL-03).
func (c *Client) asResult(result any, err error) json.RawMessage {
	var text []byte
	if err == nil {
		err = errPanicked
		c.shield("result", func() { text, err = marshal(result) })
	}
	switch {
	case err != nil:
		return errorResult(err)
	case string(text) == "null":
		return json.RawMessage("{}")
	}
	return text
}

func errorResult(err error) json.RawMessage {
	text, _ := json.Marshal(map[string]string{"error": or(err.Error(), "failed")}) // strings cannot fail
	return text
}
