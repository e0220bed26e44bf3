/** The closed vocabulary of thrum 0.7.0: the chi registry, who sends what, and the pulse kinds. */

/** The wire version that this package targets; hello carries it as `protoVersion`. */
export const THRUM_VERSION = "0.7.0";

/** Every chi of the registry, in the order of WIRE.md. */
export const CHIS = [
  "hello",
  "prompt",
  "cancel",
  "cleanup",
  "curate",
  "release-permit",
  "tendril-result",
  "tool-result",
  "petal-cell",
  "breath",
  "chunk",
  "finish",
  "error",
  "session-ready",
  "pulse",
  "permission-ask",
  "tendril-reach",
  "tool-call",
  "tool-meta",
  "tool-info",
  "echo",
  "perf-mark",
  "log",
  "drone",
  "drone-retrofit",
  "peer-add",
  "peer-remove",
  "attach",
  "detach",
  "wane-sync",
  "gossip-publish",
  "kad-find-node",
  "kad-find-node-resp",
] as const;

/** The type of a tone. */
export type Chi = (typeof CHIS)[number];

/** What an asker's application may send (WIRE.md, Roles). hello is missing: the client sends it itself. */
export const ASKER_CHIS = [
  "prompt",
  "cancel",
  "cleanup",
  "curate",
  "release-permit",
  "tendril-result",
  "tool-result",
  "petal-cell",
  "echo",
  "perf-mark",
  "log",
  "drone",
  "drone-retrofit",
] as const satisfies readonly Chi[];

export type AskerChi = (typeof ASKER_CHIS)[number];

/** What a `pulse` says about a cell. */
export const PULSE_KINDS = ["cell-spawned", "cell-ready", "cell-idle", "cell-died", "cell-evicted"] as const;

export type PulseKind = (typeof PULSE_KINDS)[number];

const known: ReadonlySet<unknown> = new Set(CHIS);
const sendable: ReadonlySet<unknown> = new Set(ASKER_CHIS);

/** True for exactly the registry's values; anything that is no string is false. */
export function isChi(value: unknown): value is Chi {
  return known.has(value);
}

/** True for what the application of an asker may send. */
export function isAskerChi(value: unknown): value is AskerChi {
  return sendable.has(value);
}
