/**
 * Strict JSON both ways, with each integer exact: those that a double cannot hold are `bigint`.
 *
 * `JSON` alone rounds such integers when it parses and refuses them when it writes. Here they pass through it
 * as marked strings. The mark is drawn anew in each process and never written, so no peer can put it in a
 * text.
 */

import { randomUUID } from "node:crypto";

/** A value of JSON. Integers beyond ±(2^53 - 1) are `bigint`, all other numbers `number`. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | JsonObject;

/** An object of JSON. What is `undefined` is left out when it is written. */
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

const MARK = randomUUID();
const MARKED = new RegExp(`"${MARK}(-?\\d+)"`, "g");

/** What a double may fail to hold: a run of 16 digits, or an exponent of three. */
const SUSPECT = /\d{16}|[eE]\+?\d{3}/;
const ESCAPE_OR_QUOTE_OR_NUMBER = /\\.|"|-?\d[\d.eE+-]*/g;
const LONG_INTEGER = /^-?\d{16,}$/;

/** Parses a text. Throws SyntaxError for what is no JSON, RangeError for what has no value here. */
export function parseJson(text: string): Json {
  const value = JSON.parse(text) as Json;
  return SUSPECT.test(text) ? (JSON.parse(marked(text), unmarked) as Json) : value;
}

/** Writes a value on one line. Throws TypeError or RangeError for what JSON has no form for, such as NaN. */
export function stringifyJson(value: JsonObject): string {
  return JSON.stringify(value, writable).replace(MARKED, "$1");
}

/** The same text, which is valid JSON, with a marked string for each long integer. */
function marked(text: string): string {
  let inString = false;
  return text.replace(ESCAPE_OR_QUOTE_OR_NUMBER, (token) => {
    if (token === '"') inString = !inString;
    return !inString && LONG_INTEGER.test(token) ? `"${MARK}${token}"` : token;
  });
}

function unmarked(_key: string, value: unknown): unknown {
  if (typeof value === "string" && value.startsWith(MARK)) {
    const integer = BigInt(value.slice(MARK.length));
    return Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
  }
  return finite(value);
}

function writable(_key: string, value: unknown): unknown {
  if (typeof value === "function" || typeof value === "symbol") throw new TypeError("code is not JSON");
  return typeof value === "bigint" ? MARK + value : finite(value);
}

function finite(value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) throw new RangeError(`\`${value}\` is not JSON`);
  return value;
}
