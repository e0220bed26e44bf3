import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode } from "../thrum/tone.js";

test("the envelope wins, also over a null, and stands in front", () => {
  const text = encode({ chi: "log", rid: "r" }, { message: "m", rid: null, chi: "prompt" });
  assert.equal(text, '{"chi":"log","rid":"r","message":"m"}');
});

test("a tone is an object with a chi, with white space around it or not", () => {
  for (const line of ['{"chi":"log"}', ' \t{"chi":"log"}\r']) {
    assert.deepEqual(decode(Buffer.from(line)), { chi: "log" });
  }
});

test("whatever is no tone is undefined", () => {
  const lines = ["", " ", "x", "1", "null", "[1]", '"chi"', "{}", '{"chi":""}', '{"chi":null}', '{"chi":[]}'];
  for (const line of lines) assert.equal(decode(Buffer.from(line)), undefined, line);
  assert.equal(decode(Buffer.from('\ufeff{"chi":"log"}')), undefined);
  assert.equal(decode(Buffer.from('{"chi":"log","message":"\xff"}', "latin1")), undefined);
});

test("64 levels of nesting are a tone, and more than the stack holds are no harm", () => {
  const nested = (levels: number) => {
    const [open, close] = ["[".repeat(levels), "]".repeat(levels)];
    return Buffer.from(`{"chi":"log","n":12345678901234567890,"x":${open}${close}}`);
  };
  assert.ok(decode(nested(64)));
  assert.doesNotThrow(() => decode(nested(1_000_000)));
});
