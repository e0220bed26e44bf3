import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Lanes } from "../thrum/lanes.js";

test("a tone waits for the one before it in its lane, and for no other lane", async () => {
  const handed: string[] = [];
  const gates: (() => void)[] = [];
  const lanes = new Lanes((_, { chi }) => {
    handed.push(chi);
    return chi === "slow" ? new Promise((resolve) => gates.push(resolve)) : undefined;
  });
  for (const chi of ["slow", "second", "slow", "fourth"]) lanes.put("a", { chi });
  lanes.put("b", { chi: "other" });
  lanes.put(null, { chi: "catch-all" });
  assert.deepEqual(handed.splice(0), ["slow", "other", "catch-all"]);

  gates.shift()?.();
  await nextTurn();
  assert.deepEqual(handed.splice(0), ["second", "slow"]);

  gates.shift()?.();
  await nextTurn();
  lanes.put("a", { chi: "fifth" });
  assert.deepEqual(handed, ["fourth", "fifth"]);
});

test("what comes while a lane drains keeps its place", async () => {
  const handed: string[] = [];
  const lanes = new Lanes((lane, { chi }) => {
    handed.push(chi);
    if (chi === "second") lanes.put(lane, { chi: "fourth" });
    return Promise.resolve();
  });
  for (const chi of ["first", "second", "third"]) lanes.put("a", { chi });
  await nextTurn();
  assert.deepEqual(handed, ["first", "second", "third", "fourth"]);
});
