/**
 * The order of delivery: one lane per sid, and one for the tones without.
 *
 * Within a lane a tone is handed over when the one before it has been handled, also by an asynchronous
 * handler. Lanes do not wait for each other, and the reader waits for none.
 */

import type { Tone } from "./tone.js";

/** The sid of a lane; null for the tones without. */
export type Lane = string | null;

export class Lanes {
  /** The lanes that wait for a handler, with what waits in each. */
  readonly #waiting = new Map<Lane, Tone[]>();
  readonly #deliver: (lane: Lane, tone: Tone) => Promise<void> | undefined;

  /** `deliver` never throws; what it returns never rejects, and holds the lane until it has resolved. */
  constructor(deliver: (lane: Lane, tone: Tone) => Promise<void> | undefined) {
    this.#deliver = deliver;
  }

  put(lane: Lane, tone: Tone): void {
    const queue = this.#waiting.get(lane);
    if (queue) {
      queue.push(tone);
      return;
    }
    const pending = this.#deliver(lane, tone);
    if (!pending) return;
    this.#waiting.set(lane, []);
    void this.#drain(lane, pending);
  }

  async #drain(lane: Lane, pending: Promise<void>): Promise<void> {
    await pending;
    for (let queue = this.#waiting.get(lane); queue?.length; queue = this.#waiting.get(lane)) {
      this.#waiting.set(lane, []);
      for (const tone of queue) await this.#deliver(lane, tone);
    }
    this.#waiting.delete(lane);
  }
}
