/**
 * thrum 0.7.0 for TypeScript: an asker's client and the helpers of the wire.
 *
 *     const client = new ThrumClient({ hello: { bee: "my-bee", version: "1.0.0" } });
 *     client.on("hum-1", console.log);
 *     await client.connect();
 *     client.prompt({ sid: "hum-1", text: "hello?" });
 *
 * Node's own library only. Start at `client.ts`.
 */

export type { PermissionHandler, TendrilHandler } from "./asks.js";
export {
  ASKER_CHIS,
  type AskerChi,
  type Chi,
  CHIS,
  isAskerChi,
  isChi,
  PULSE_KINDS,
  type PulseKind,
  THRUM_VERSION,
} from "./chi.js";
export { type ClientOptions, ClosedError, type Handler, type Outcome, ThrumClient } from "./client.js";
export { clock } from "./clock.js";
export { duskIn, isDusk } from "./dusk.js";
export type { HelloFields, Propensity } from "./hello.js";
export { rid, sigil } from "./ids.js";
export type { Json, JsonObject } from "./json.js";
export type { Backoff } from "./reconnect.js";
export { defaultSocketPath } from "./socket-path.js";
export { decode, encode, type OutgoingTone, type Tone } from "./tone.js";
export type { Result, Tool, ToolDefinition } from "./tools.js";
export type {
  EchoFields,
  LogFields,
  PerfMarkFields,
  PetalCellFields,
  PromptFields,
  SessionFields,
} from "./verbs.js";
export { isWane, type Wane, WANE_TOP, WaneTracker } from "./wane.js";
