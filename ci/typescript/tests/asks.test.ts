import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Asks } from "../thrum/asks.js";
import { encode, type OutgoingTone } from "../thrum/tone.js";
import type { Tool } from "../thrum/tools.js";

function setUp() {
  const answers: OutgoingTone[] = [];
  const errors: unknown[] = [];
  const asks = new Asks((error) => void errors.push(error));
  const take = (chi: string, fields: object) =>
    asks.take({ chi, sid: "s", ...fields }, (tone) => {
      encode({}, tone); // as a client does: throws for what is no JSON
      answers.push(tone);
    });
  const tool = (name: string, run: Tool["run"]) =>
    asks.tools.declare({ name, description: "", input_schema: {}, run });
  return { asks, answers, errors, take, tool };
}

test("each call has one answer, though it comes twice, and whatever the tool does", async () => {
  const { answers, take, tool } = setUp();
  tool("nan", () => NaN);
  tool("fails", () => {
    throw new Error("no luck");
  });
  tool("add", (args) => args);
  for (const [callId, name] of [["1", "add"], ["1", "add"], ["", "fails"], ["é", "nan"], ["4", "other"]]) {
    take("tool-call", { callId, name, args: 5 });
  }
  await nextTurn();
  const results = Object.fromEntries(answers.map(({ callId, result }) => [callId, result]));
  assert.equal(answers.length, 4);
  assert.ok(answers.every(({ chi, sid }) => chi === "tool-result" && sid === "s"));
  assert.deepEqual(results, {
    1: 5,
    "": { error: "no luck" },
    é: { error: "`NaN` is not JSON" },
    4: { error: "no such tool: `other`" },
  });
});

test("a call id may come again in a later turn", async () => {
  const { answers, take } = setUp();
  for (const chi of ["tool-call", "finish", "tool-call", "error", "tool-call"]) take(chi, { callId: "1" });
  await nextTurn();
  assert.equal(answers.length, 3);
});

test("answers come in their own time", async () => {
  const { answers, take, tool } = setUp();
  const results: ((result: string) => void)[] = [];
  tool("slow", () => new Promise((resolve) => results.push(resolve)));
  for (const callId of ["1", "2"]) take("tool-call", { callId, name: "slow" });
  results[1]?.("two");
  await nextTurn();
  results[0]?.("one");
  await nextTurn();
  assert.deepEqual(answers.map(({ callId, result }) => [callId, result]), [["2", "two"], ["1", "one"]]);
});

test("a permission is denied where its handler fails or says nothing", async () => {
  const { asks, answers, errors, take } = setUp();
  asks.onPermission = async ({ permitId }) => {
    if (permitId === "fails") throw new Error("undecided");
    return permitId === "none" ? "" : "allow";
  };
  for (const permitId of ["p", "fails", "none"]) take("permission-ask", { permitId });
  await nextTurn();
  const decisions = Object.fromEntries(answers.map(({ permitId, decision }) => [permitId, decision]));
  assert.deepEqual(decisions, { p: "allow", fails: "deny", none: "deny" });
  assert.equal(errors.length, 1);
});

test("a tendril is answered with what its handler gives", async () => {
  const { asks, answers, take } = setUp();
  asks.onTendril = ({ args }) => (args === 1 ? undefined : args);
  for (const args of [1, "x"]) take("tendril-reach", { callId: `t${args}`, args });
  await nextTurn();
  assert.deepEqual(answers, [
    { chi: "tendril-result", sid: "s", callId: "t1", result: {} },
    { chi: "tendril-result", sid: "s", callId: "tx", result: "x" },
  ]);
});

test("notices, and what nobody here decides, stay unanswered", async () => {
  const { answers, errors, take } = setUp();
  for (const chi of ["tool-info", "tool-meta", "permission-ask", "tendril-reach", "chunk"]) {
    take(chi, { callId: "1", permitId: "p", name: "add" });
  }
  take("tool-call", { sid: 7, callId: "1" });
  await nextTurn();
  assert.deepEqual([answers, errors], [[], []]);
});
