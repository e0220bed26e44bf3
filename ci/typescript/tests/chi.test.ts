import assert from "node:assert/strict";
import { test } from "node:test";
import { ASKER_CHIS, CHIS, isAskerChi, isChi, PULSE_KINDS } from "../thrum/chi.js";

test("the registry has 33 values, none of them twice", () => {
  assert.equal(new Set(CHIS).size, 33);
  assert.equal(CHIS.length, 33);
  assert.equal(new Set(PULSE_KINDS).size, 5);
});

test("exactly the registry's values are valid", () => {
  for (const chi of CHIS) assert.equal(isChi(chi), true, chi);
  for (const other of ["", "Hello", "tool_call", "hello ", "__proto__", null, undefined, 1, {}, ["hello"]]) {
    assert.equal(isChi(other), false, String(other));
  }
});

test("an application sends what an asker sends, but for hello", () => {
  for (const chi of ASKER_CHIS) assert.equal(isAskerChi(chi), true, chi);
  for (const other of ["hello", "breath", "chunk", "tool-call", "peer-add", "", null]) {
    assert.equal(isAskerChi(other), false, String(other));
  }
});
