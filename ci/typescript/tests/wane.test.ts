import assert from "node:assert/strict";
import { test } from "node:test";
import { WANE_TOP, WaneTracker } from "../thrum/wane.js";

test("each sigil has a clock of its own, from 0", () => {
  const wane = new WaneTracker();
  assert.equal(wane.get("s"), 0n);
  assert.deepEqual([wane.tick("s"), wane.tick("s"), wane.tick("__proto__")], [1n, 2n, 1n]);
  wane.set("s", 1);
  assert.equal(wane.get("s"), 1n);
});

test("behind is strict", () => {
  const wane = new WaneTracker();
  wane.set("s", 5);
  assert.deepEqual([4, 5, 6n].map((remote) => wane.behind("s", remote)), [false, false, true]);
});

test("merge takes the maximum, or nothing of what holds no wane", () => {
  const wane = new WaneTracker();
  wane.set("s", 5);
  wane.merge({ s: 3, t: 7n, u: 0 });
  assert.deepEqual(wane.snapshot(), { s: 5n, t: 7n, u: 0n });
  assert.throws(() => wane.merge({ s: 9, t: -1 }), RangeError);
  assert.deepEqual(wane.snapshot(), { s: 5n, t: 7n, u: 0n });
});

test("values are exact to the top, where a tick is an error", () => {
  const wane = new WaneTracker();
  wane.set("s", WANE_TOP - 1n);
  assert.equal(wane.tick("s"), 18446744073709551615n);
  assert.throws(() => wane.tick("s"), RangeError);
  assert.equal(wane.get("s"), WANE_TOP);
  for (const wrong of [-1, 0.5, 2 ** 53, NaN, -1n, WANE_TOP + 1n]) {
    assert.throws(() => wane.set("s", wrong), RangeError, String(wrong));
  }
});
