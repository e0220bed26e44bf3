/** Identifiers: the rid of a tone and the sigil of a session at a nest (WIRE.md, Helpers). */

import { createHash } from "node:crypto";
import { clock } from "./clock.js";

let counter = 0;

/**
 * A new request id: base36(now in ms) "-" base36(counter).
 *
 * The counter starts at 0 and rises by 1 a call. It belongs to this copy of the module: a worker thread has
 * another one, so tones are to be sent from one thread.
 */
export function rid(): string {
  return `${clock.now().toString(36)}-${(counter++).toString(36)}`;
}

/** 12 hex digits: the first 6 bytes of SHA-256 over nest ":" sid, both taken as they are. */
export function sigil(sid: string, nest: string): string {
  if (typeof sid !== "string" || typeof nest !== "string") {
    throw new TypeError("sigil needs two strings: `sid` and `nest`");
  }
  return createHash("sha256").update(`${nest}:${sid}`, "utf8").digest("hex").slice(0, 12);
}
