// The closed vocabulary of thrum 0.7.0: the registry of chi and the pulse kinds, in the order of WIRE.md.

package thrum

// Version is the version of the wire that this package targets; hello carries it as protoVersion.
const Version = "0.7.0"

// The values of chi, the type of a tone.
const (
	// An asker sends these.
	ChiHello         = "hello"
	ChiPrompt        = "prompt"
	ChiCancel        = "cancel"
	ChiCleanup       = "cleanup"
	ChiCurate        = "curate"
	ChiReleasePermit = "release-permit"
	ChiTendrilResult = "tendril-result"
	ChiToolResult    = "tool-result"
	ChiPetalCell     = "petal-cell"

	// An asker receives these.
	ChiBreath        = "breath"
	ChiChunk         = "chunk"
	ChiFinish        = "finish"
	ChiError         = "error"
	ChiSessionReady  = "session-ready"
	ChiPulse         = "pulse"
	ChiPermissionAsk = "permission-ask"
	ChiTendrilReach  = "tendril-reach"
	ChiToolCall      = "tool-call"
	ChiToolMeta      = "tool-meta"
	ChiToolInfo      = "tool-info"

	// These go in either direction.
	ChiEcho          = "echo"
	ChiPerfMark      = "perf-mark"
	ChiLog           = "log"
	ChiDrone         = "drone"
	ChiDroneRetrofit = "drone-retrofit"

	// Daemons speak these among themselves; a bee never sends them.
	ChiPeerAdd         = "peer-add"
	ChiPeerRemove      = "peer-remove"
	ChiAttach          = "attach"
	ChiDetach          = "detach"
	ChiWaneSync        = "wane-sync"
	ChiGossipPublish   = "gossip-publish"
	ChiKadFindNode     = "kad-find-node"
	ChiKadFindNodeResp = "kad-find-node-resp"
)

// The kinds of a pulse: what happened to a cell.
const (
	CellSpawned = "cell-spawned"
	CellReady   = "cell-ready"
	CellIdle    = "cell-idle"
	CellDied    = "cell-died"
	CellEvicted = "cell-evicted"
)

var (
	sentByAskers = []string{
		ChiHello, ChiPrompt, ChiCancel, ChiCleanup, ChiCurate,
		ChiReleasePermit, ChiTendrilResult, ChiToolResult, ChiPetalCell,
	}
	sentToAskers = []string{
		ChiBreath, ChiChunk, ChiFinish, ChiError, ChiSessionReady, ChiPulse,
		ChiPermissionAsk, ChiTendrilReach, ChiToolCall, ChiToolMeta, ChiToolInfo,
	}
	eitherDirection = []string{ChiEcho, ChiPerfMark, ChiLog, ChiDrone, ChiDroneRetrofit}
	ensemble        = []string{
		ChiPeerAdd, ChiPeerRemove, ChiAttach, ChiDetach,
		ChiWaneSync, ChiGossipPublish, ChiKadFindNode, ChiKadFindNodeResp,
	}
)

// AllChi returns every value of chi, in the order of the registry.
func AllChi() []string {
	return join(sentByAskers, sentToAskers, eitherDirection, ensemble)
}

// PulseKinds returns the kinds of a pulse.
func PulseKinds() []string {
	return []string{CellSpawned, CellReady, CellIdle, CellDied, CellEvicted}
}

// IsValidChi tells whether value is in the registry: as it stands there, in no other spelling.
func IsValidChi(value string) bool {
	return contains(value, sentByAskers, sentToAskers, eitherDirection, ensemble)
}

// fromAsker tells whether an application may send the chi; hello is the client's own to send.
func fromAsker(chi string) bool {
	return chi != ChiHello && contains(chi, sentByAskers, eitherDirection)
}

func join(lists ...[]string) []string {
	var all []string
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

func contains(value string, lists ...[]string) bool {
	for _, list := range lists {
		for _, known := range list {
			if value == known {
				return true
			}
		}
	}
	return false
}
