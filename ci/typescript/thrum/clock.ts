/** The one place that reads the time of day: who replaces `clock.now` moves rid, dusk and sentAt at once. */
export const clock = {
  /** Milliseconds since the epoch, UTC. */
  now: (): number => Date.now(),
};
