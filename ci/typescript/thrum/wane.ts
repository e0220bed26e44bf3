/** Wane: one Lamport counter per sigil, exact up to 2^64 - 1 (WIRE.md, Helpers). */

/** The largest wane there is. */
export const WANE_TOP = 2n ** 64n - 1n;

/** A wane as it may be given: a safe integer or a bigint, from 0 to `WANE_TOP`. */
export type Wane = number | bigint;

/** True for an integer from 0 to `WANE_TOP` that arrived exactly. */
export function isWane(value: unknown): value is Wane {
  if (typeof value === "bigint") return value >= 0n && value <= WANE_TOP;
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** The local clocks. A sigil never seen stands at 0. */
export class WaneTracker {
  readonly #clocks = new Map<string, bigint>();

  get(sigil: string): bigint {
    return this.#clocks.get(sigil) ?? 0n;
  }

  /** Adds 1 and returns the new value. Throws RangeError at the top, which stays as it is. */
  tick(sigil: string): bigint {
    const value = this.get(sigil);
    if (value === WANE_TOP) throw new RangeError(`the wane of \`${sigil}\` is at its top`);
    this.#clocks.set(sigil, value + 1n);
    return value + 1n;
  }

  /** Pins a value, lower ones too. Throws RangeError for what is no wane. */
  set(sigil: string, value: Wane): void {
    this.#clocks.set(sigil, exact(value));
  }

  /** True if `remote` is ahead of the local clock, strictly. */
  behind(sigil: string, remote: Wane): boolean {
    return remote > this.get(sigil);
  }

  /**
   * Takes the larger value for each sigil: all of the snapshot, or none of it where it holds what is no wane.
   */
  merge(snapshot: Readonly<Record<string, Wane>>): void {
    const values = Object.entries(snapshot).map(([sigil, value]) => [sigil, exact(value)] as const);
    for (const [sigil, value] of values) {
      if (value >= this.get(sigil)) this.#clocks.set(sigil, value);
    }
  }

  /** A copy of all clocks. */
  snapshot(): Record<string, bigint> {
    return Object.fromEntries(this.#clocks);
  }
}

function exact(value: Wane): bigint {
  if (!isWane(value)) throw new RangeError(`\`${String(value)}\` is no wane`);
  return BigInt(value);
}
