// The chi that an asker sends, each as a method: the spelling of the wire stands once, here. Fields beyond
// these go through Send. Each method returns the rid and fails as Send does.

package thrum

import "errors"

// Prompt is what a prompt asks. At least one of Text and Content is sent: Text, empty or not, where Content is
// nil.
type Prompt struct {
	Text string
	// Content is the prompt as a string or a list of content units.
	Content any
	// Tools names the declared tools that the turn may call.
	Tools []string
	// ModelID, Cwd and SystemPrompt are not sent where they are empty.
	ModelID, Cwd, SystemPrompt string
}

// Prompt starts a turn in a session; a sid that was not used before starts the session as well.
func (c *Client) Prompt(sid string, prompt Prompt) (rid string, err error) {
	tone := Tone{"chi": ChiPrompt, "sid": sid}
	if prompt.Content != nil {
		tone["content"] = prompt.Content
	}
	if prompt.Content == nil || prompt.Text != "" {
		tone["text"] = prompt.Text
	}
	if len(prompt.Tools) > 0 {
		if tone["tools"], err = c.offers(prompt.Tools); err != nil {
			return "", err
		}
	}
	tone.add("modelId", prompt.ModelID)
	tone.add("cwd", prompt.Cwd)
	tone.add("systemPrompt", prompt.SystemPrompt)
	return c.Send(tone)
}

// Cancel asks for the running turn of a session to stop; what is under way still arrives (TURN-04).
func (c *Client) Cancel(sid string) (rid string, err error) {
	return c.Send(Tone{"chi": ChiCancel, "sid": sid})
}

// Cleanup gives a session up.
func (c *Client) Cleanup(sid string) (rid string, err error) {
	return c.Send(Tone{"chi": ChiCleanup, "sid": sid})
}

// Curate asks for a session to be compacted.
func (c *Client) Curate(sid string) (rid string, err error) {
	return c.Send(Tone{"chi": ChiCurate, "sid": sid})
}

// PetalCell hands a cell of content to a session: anything but nil.
func (c *Client) PetalCell(sid string, cell any) (rid string, err error) {
	if cell == nil {
		return "", errors.New("thrum: a petal-cell needs a cell")
	}
	return c.Send(Tone{"chi": ChiPetalCell, "sid": sid, "cell": cell})
}

// Log is a line for a log. Sid and Fields are not sent where they are empty.
type Log struct {
	Level, Message, Sid string
	Fields              map[string]any
}

// Log sends a line for a log.
func (c *Client) Log(line Log) (rid string, err error) {
	tone := Tone{"chi": ChiLog, "level": line.Level, "message": line.Message}
	tone.add("sid", line.Sid)
	if line.Fields != nil {
		tone["fields"] = line.Fields
	}
	return c.Send(tone)
}

// PerfMark sends a point on a timeline; the unit of t is the sender's to choose.
func (c *Client) PerfMark(label, phase string, t float64) (rid string, err error) {
	return c.Send(Tone{"chi": ChiPerfMark, "label": label, "phase": phase, "t": t})
}

// Echo acknowledges the tone with that rid, or, with a reason, says that it was not taken. No tone needs an
// echo, and an echo must not have one (ECHO-03).
func (c *Client) Echo(rid string, ok bool, reason string) (string, error) {
	tone := Tone{"chi": ChiEcho, "rid": rid, "ok": ok}
	tone.add("error", reason)
	return c.Send(tone)
}

// add writes a field unless it is empty.
func (t Tone) add(key, text string) {
	if text != "" {
		t[key] = text
	}
}
