/** One tone as text and back. Nothing here knows lines or sockets. */

import { isUtf8 } from "node:buffer";
import type { AskerChi } from "./chi.js";
import { type Json, type JsonObject, parseJson, stringifyJson } from "./json.js";

/** A tone that arrived: one flat object of envelope and body. Its chi may be one that nobody here knows. */
export interface Tone extends JsonObject {
  readonly chi: string;
}

/** A tone to send; the client adds `rid`, `from` and `sentAt`. */
export interface OutgoingTone extends JsonObject {
  readonly chi: AskerChi;
  readonly sid?: string;
}

/**
 * The JSON text of a tone; where both name a field, the envelope's value is sent.
 *
 * Throws TypeError or RangeError for what JSON has no form for.
 */
export function encode(envelope: JsonObject, body: JsonObject): string {
  return stringifyJson({ ...envelope, ...body, ...envelope }); // the first one puts the envelope in front
}

/**
 * The tone on a line, or undefined for whatever is none: decoding cannot fail.
 *
 * Dropped are bad UTF-8, a byte order mark, bad JSON, what is no object, an object without a chi, and numbers
 * that would not arrive as what they were.
 */
export function decode(line: Buffer): Tone | undefined {
  if (!isUtf8(line)) return undefined;
  try {
    const value = parseJson(line.toString("utf8"));
    return isTone(value) ? value : undefined;
  } catch {
    return undefined; // also a RangeError, for nesting beyond the stack
  }
}

function isTone(value: Json): value is Tone {
  if (typeof value !== "object" || value === null || !("chi" in value)) return false;
  return typeof value.chi === "string" && value.chi !== "";
}
