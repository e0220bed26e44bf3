import assert from "node:assert/strict";
import { test } from "node:test";
import { reporter, shielded } from "../thrum/shielded.js";

test("a failure is reported and ends there, whenever it comes", async () => {
  const reported: unknown[] = [];
  const report = (error: unknown) => void reported.push(error);
  const raise = (what: string) => {
    throw what;
  };
  assert.equal(shielded(report, () => raise("sync")), undefined);
  await shielded(report, async () => raise("async"));
  await shielded(report, () => ({ then: () => raise("thenable") }));
  assert.equal(shielded(report, () => 1), undefined);
  assert.deepEqual(reported, ["sync", "async", "thenable"]);
});

test("a reporter that throws is survived", (t) => {
  const printed = t.mock.method(console, "error", () => {});
  reporter(() => {
    throw "second";
  })("first");
  assert.deepEqual(printed.mock.calls[0]?.arguments, ["second", "first"]);
});
