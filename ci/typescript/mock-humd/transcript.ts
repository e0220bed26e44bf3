/** The transcript that mock-humd writes: JSON lines, one for each thing that crossed. */

import { existsSync, readFileSync } from "node:fs";

/** One thing that crossed. Integers beyond ±(2^53 - 1) are rounded. */
export interface Crossed {
  /** Since the daemon started, in ms. */
  readonly at_ms: number;
  /** The connection, in order of arrival, from 0. */
  readonly conn?: number;
  /** The bee, once its hello has named it. */
  readonly bee?: string;
  /** Who sent it; an entry without it is an `event`. */
  readonly dir?: "client" | "daemon";
  /** What is no line: `opened`, `eof`, `closed`, `note` and the like. */
  readonly event?: string;
  readonly tone?: Readonly<Record<string, any>>;
  /** A line that is no tone, and the text of a note. */
  readonly text?: string;
  /** A line that is not even text, in base64. */
  readonly bytes?: string;
  /** What is wrong with a line. */
  readonly faults?: readonly string[];
  /** More of an event. */
  readonly [field: string]: unknown;
}

/** The lines of the file by now; a last one that is not yet whole is left for later. */
export function wholeLines(path: string): string[] {
  if (!existsSync(path)) return []; // of a daemon that did not come so far
  return readFileSync(path, "utf8").split("\n").slice(0, -1);
}

export function parseCrossed(line: string): Crossed {
  return JSON.parse(line) as Crossed;
}
