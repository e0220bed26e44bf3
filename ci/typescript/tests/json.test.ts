import assert from "node:assert/strict";
import { test } from "node:test";
import { type Json, parseJson, stringifyJson } from "../thrum/json.js";

test("integers are exact, as numbers where a double holds them", () => {
  const rows: [string, Json][] = [
    ["18446744073709551615", 18446744073709551615n],
    ["-9007199254740992", -9007199254740992n],
    ["9007199254740991", 9007199254740991],
    ["1000000000000000", 1000000000000000],
    ["1.12345678901234567890", 1.1234567890123457],
    ["12345678901234567890e1", 123456789012345678900],
    ["1e0007", 1e7],
    ["-0", -0],
    ["9".repeat(5000), BigInt("9".repeat(5000))],
  ];
  for (const [text, value] of rows) assert.deepEqual(parseJson(`[${text}]`), [value], text);
});

test("digits in strings and keys stay as they are", () => {
  const text = String.raw`{"a\"12345678901234567890":"\\","b":["\" 1234567890123456",12345678901234567890]}`;
  const value = parseJson(text) as { b: Json[] };
  assert.deepEqual(value.b[1], 12345678901234567890n);
  assert.deepEqual({ ...value, b: [value.b[0], 1] }, {
    'a"12345678901234567890': "\\",
    b: ['" 1234567890123456', 1],
  });
});

test("what is no JSON, or has no value, is refused", () => {
  for (const text of ["NaN", "[1,]", "01234567890123456789", "[-1e999]", `${"9".repeat(400)}.5`, "\ufeff1"]) {
    assert.throws(() => parseJson(text), text);
  }
});

test("bigints are written as integers, and undefined is left out", () => {
  const text = stringifyJson({ wane: 2n ** 64n - 1n, list: [-(2n ** 64n)], none: undefined, s: "\n\ud800" });
  assert.equal(text, String.raw`{"wane":18446744073709551615,"list":[-18446744073709551616],"s":"\n\ud800"}`);
});

test("what JSON has no form for is not written", () => {
  const cycle: Record<string, Json> = {};
  cycle.self = cycle;
  for (const value of [NaN, -Infinity, cycle, () => 1, Symbol("s")]) {
    assert.throws(() => stringifyJson({ value } as never));
  }
});
