/** How long to wait before the next attempt to connect. */

/** Each wait is twice the one before, from `minMs` up to `maxMs`. */
export interface Backoff {
  readonly minMs: number;
  readonly maxMs: number;
}

export const DEFAULT_BACKOFF: Backoff = { minMs: 100, maxMs: 10_000 };

/**
 * The wait in ms before retry number `retry`, from 1: up to a half shorter by chance, so that bees come back
 * apart.
 */
export function delayMs({ minMs, maxMs }: Backoff, retry: number, random = Math.random): number {
  return Math.min(maxMs, minMs * 2 ** (retry - 1)) * (1 - random() / 2);
}
