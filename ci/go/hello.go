// The hello of a bee that is built on this client: what the application says, and the rest.

package thrum

import "errors"

// Hello is what the application says of its bee. Bee is the one field without a default.
type Hello struct {
	// Bee is the bee's name, and what the client writes into from.
	Bee string
	// Version is the bee's own, in semver; 0.0.0 if empty.
	Version string
	// Propensity is how the bee behaves; stateless, rich, over thrum where empty.
	Propensity Propensity
	// Chis are the chi that the bee speaks; all that an asker may send if nil.
	Chis []string
	// Source is where the bee comes from; this package if empty.
	Source string
	// Hive is the kind that the bee conforms to; not sent if empty.
	Hive string
}

// Propensity is how a bee behaves (HELLO-09 to HELLO-11).
type Propensity struct {
	// Statefulness is stateless, convention-stateful, stateful or transport-only.
	Statefulness string
	// Richness is rich, medium, lean or opaque.
	Richness string
	// Wire is what the bee speaks on its far side.
	Wire string
}

// body is a complete hello without its envelope. protoVersion is what this package speaks and not the
// application's to say (VER-03).
func (h Hello) body() (Tone, error) {
	if h.Bee == "" {
		return nil, errors.New("thrum: hello needs the name of the bee (hint: set Hello.Bee)")
	}
	chis := h.Chis
	if chis == nil {
		chis = join(sentByAskers, eitherDirection)
	}
	for _, chi := range chis {
		if !IsValidChi(chi) {
			return nil, errors.New("thrum: hello: `" + chi + "` is no chi")
		}
	}
	body := Tone{
		"bee":          h.Bee,
		"protoVersion": Version,
		"version":      or(h.Version, "0.0.0"),
		"propensity": map[string]any{
			"statefulness": or(h.Propensity.Statefulness, "stateless"),
			"richness":     or(h.Propensity.Richness, "rich"),
			"wire":         or(h.Propensity.Wire, "thrum"),
		},
		"chis":   chis,
		"source": or(h.Source, "thrum-go"),
	}
	if h.Hive != "" {
		body["hive"] = h.Hive
	}
	return body, nil
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
