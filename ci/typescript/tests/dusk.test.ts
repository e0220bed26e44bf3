import assert from "node:assert/strict";
import { test } from "node:test";
import { clock } from "../thrum/clock.js";
import { duskIn, isDusk } from "../thrum/dusk.js";

test("a tone expires strictly after its dusk", (t) => {
  t.mock.method(clock, "now", () => 1000);
  assert.equal(duskIn(5), 1005);
  assert.equal(isDusk({ dusk: 1001 }), false);
  assert.equal(isDusk({ dusk: 1000 }), false);
  assert.equal(isDusk({ dusk: 999 }), true);
  assert.equal(isDusk({ dusk: 2n ** 64n }), false);
});

test("what is no integer is no dusk", () => {
  for (const dusk of [null, undefined, true, "1", 1.5, {}, []]) assert.equal(isDusk({ dusk }), false);
  assert.equal(isDusk({}), false);
});
