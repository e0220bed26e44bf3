import assert from "node:assert/strict";
import { test } from "node:test";
import { errorResult, Tools } from "../thrum/tools.js";

const schema = { input_schema: { type: "object" }, description: "" };

test("a tool runs with its arguments, and nothing becomes an empty object", async () => {
  const tools = new Tools();
  tools.declare({ ...schema, name: "same", run: (args) => args });
  tools.declare({ ...schema, name: "none", run: async () => null, timeoutMs: null });
  assert.equal(await tools.run("same", 0), 0);
  assert.deepEqual(await tools.run("none", {}), {});
});

test("a tool that fails and one that nobody declared reject", async () => {
  const tools = new Tools();
  tools.declare({ ...schema, name: "fails", run: () => Promise.reject(new Error("no luck")) });
  await assert.rejects(tools.run("fails", {}), /no luck/);
  for (const name of ["other", undefined, 7]) await assert.rejects(tools.run(name, {}), /no such tool/);
});

test("at the time limit the signal aborts and the error says timeout", async () => {
  const tools = new Tools();
  let aborted = false;
  const run = (_: unknown, signal: AbortSignal) => {
    signal.addEventListener("abort", () => (aborted = true));
    return new Promise<never>(() => {});
  };
  tools.declare({ ...schema, name: "slow", run, timeoutMs: 1 });
  await assert.rejects(tools.run("slow", {}), { message: "timeout" });
  assert.equal(aborted, true);
});

test("a limit beyond what a timer can wait is no short one", async (t) => {
  const timer = t.mock.method(globalThis, "setTimeout");
  const tools = new Tools();
  tools.declare({ ...schema, name: "long", run: () => 1, timeoutMs: Infinity });
  assert.equal(await tools.run("long", {}), 1);
  assert.equal(timer.mock.calls[0]?.arguments[1], 2 ** 31 - 1);
});

test("a definition is what a prompt says about a tool", () => {
  const tools = new Tools();
  tools.declare({ ...schema, name: "add", run: () => 1 });
  const own = { ...schema, name: "own" };
  assert.deepEqual(tools.definitions(["add", own]), [{ ...schema, name: "add" }, own]);
  assert.throws(() => tools.definitions(["other"]), /no such tool/);
});

test("an error result always has a text", () => {
  const results = [new Error("e"), new TypeError(), "s", "", undefined].map(errorResult);
  assert.deepEqual(results.map(({ error }) => error), ["e", "TypeError", "s", "failed", "undefined"]);
});
