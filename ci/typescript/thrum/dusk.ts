/** Expiry: dusk is the absolute time, in ms since the epoch, up to which a tone is alive (WIRE.md, Dusk). */

import { clock } from "./clock.js";
import type { JsonObject } from "./json.js";

/** The dusk of a tone that shall live for `ms` milliseconds from now. */
export function duskIn(ms: number): number {
  return Math.trunc(clock.now() + ms);
}

/**
 * True if the tone has expired: now > dusk, strictly.
 *
 * Only an integer is a dusk. Anything else counts as none, and a tone without one never expires.
 */
export function isDusk(tone: JsonObject): boolean {
  const { dusk } = tone;
  if (typeof dusk === "bigint") return clock.now() > dusk;
  return typeof dusk === "number" && Number.isInteger(dusk) && clock.now() > dusk;
}
