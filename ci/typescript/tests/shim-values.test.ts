import assert from "node:assert/strict";
import { test } from "node:test";
import { dump, load } from "../shim-values.js";

test("what JSON cannot carry has a form, both ways", () => {
  const values = { a: [Infinity, -Infinity, 2n ** 64n], s: "x\ud800", to: null, n: 7 };
  const text = dump(values);
  assert.equal(
    text,
    '{"a":[{"$num":"Infinity"},{"$num":"-Infinity"},{"$int":"18446744073709551616"}],' +
      '"s":{"$utf16":[120,55296]},"to":null,"n":7}',
  );
  assert.deepEqual(load(text), values);
  assert.deepEqual(load(dump({ x: NaN })), { x: NaN });
  assert.equal(dump({ wane: 5n }), '{"wane":5}');
});

test("an object with more keys than one is no form", () => {
  assert.deepEqual(load('{"$int":"1","x":{"$num":"NaN"}}'), { $int: "1", x: NaN });
});

test("a key that is no text cannot be written", () => {
  assert.throws(() => dump({ tone: { "\ud800": 1 } }), TypeError);
});
