import assert from "node:assert/strict";
import { test } from "node:test";
import { delayMs } from "../thrum/reconnect.js";

test("waits double up to the longest, and chance takes off half at most", () => {
  const backoff = { minMs: 100, maxMs: 500 };
  const waits = (random: number) => [1, 2, 3, 4, 2000].map((retry) => delayMs(backoff, retry, () => random));
  assert.deepEqual(waits(0), [100, 200, 400, 500, 500]);
  assert.deepEqual(waits(1), [50, 100, 200, 250, 250]);
});
