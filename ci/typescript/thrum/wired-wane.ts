/** Wane on the wire: local mutations ride on the next tone of their session, what arrives is adopted. */

import { sigil } from "./ids.js";
import type { OutgoingTone, Tone } from "./tone.js";
import { isWane, WaneTracker } from "./wane.js";

/** The two envelope fields that carry a wane. */
export type WaneFields = { readonly sigil: string; readonly wane: bigint };

export class WiredWane {
  readonly tracker = new WaneTracker();
  /** By sid: the sigils whose new wane has not been sent. */
  readonly #due = new Map<string, Set<string>>();

  /** Counts a local mutation and returns the new wane. */
  tick(sid: string, nest: string): bigint {
    const key = sigil(sid, nest);
    const value = this.tracker.tick(key);
    this.#due.set(sid, (this.#due.get(sid) ?? new Set()).add(key));
    return value;
  }

  /** What is to ride on a tone, until it `rode`. A tone that brings a sigil of its own is left alone. */
  due({ sid, sigil }: OutgoingTone): WaneFields | undefined {
    if (sid === undefined || sigil !== undefined) return undefined;
    for (const key of this.#due.get(sid) ?? []) return { sigil: key, wane: this.tracker.get(key) };
    return undefined;
  }

  rode({ sid }: OutgoingTone, wane: WaneFields | undefined): void {
    if (sid === undefined || !wane) return;
    const keys = this.#due.get(sid);
    if (keys?.delete(wane.sigil) && keys.size === 0) this.#due.delete(sid);
  }

  /** A wane above the local one is taken over. */
  adopt({ sigil, wane }: Tone): void {
    if (typeof sigil === "string" && isWane(wane)) this.tracker.merge({ [sigil]: wane });
  }
}
