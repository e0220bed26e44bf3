/** The hello of a bee: what the application says of it, and the rest (WIRE.md, Handshake). */

import { ASKER_CHIS, type Chi, THRUM_VERSION } from "./chi.js";
import type { JsonObject } from "./json.js";

export interface HelloFields extends JsonObject {
  /** The name of the bee; also the `from` of each of its tones. */
  readonly bee: string;
  /** The version of the bee itself, semver. */
  readonly version?: string;
  /** Where the bee comes from. */
  readonly source?: string;
  /** The kind that the bee conforms to. */
  readonly hive?: string;
  /** The chi that the bee speaks. */
  readonly chis?: readonly Chi[];
  readonly propensity?: Propensity;
}

/** How the bee behaves. */
export interface Propensity extends JsonObject {
  readonly statefulness?: "stateless" | "convention-stateful" | "stateful" | "transport-only";
  readonly richness?: "rich" | "medium" | "lean" | "opaque";
  readonly wire?: string;
}

const DEFAULTS = {
  version: "0.0.0",
  chis: ["hello", ...ASKER_CHIS],
  propensity: { statefulness: "stateless", richness: "rich", wire: "thrum" },
  source: "thrum-ts",
} as const satisfies Omit<HelloFields, "bee">;

/**
 * A complete hello without its envelope. `protoVersion` is what this package speaks and not the application's
 * to say.
 *
 * Throws TypeError without a name.
 */
export function helloBody(hello: HelloFields): HelloFields {
  if (typeof hello.bee !== "string" || hello.bee === "") {
    throw new TypeError("hello needs `bee`, the name of the bee (a non-empty string)");
  }
  return { ...DEFAULTS, ...hello, protoVersion: THRUM_VERSION };
}
