import assert from "node:assert/strict";
import { test } from "node:test";
import { clock } from "../thrum/clock.js";
import { rid, sigil } from "../thrum/ids.js";

test("a rid is the time and a counter that rises by one", (t) => {
  t.mock.method(clock, "now", () => 1_700_000_000_000);
  for (let n = 0; n <= 36; n++) assert.equal(rid(), `loyw3v28-${n.toString(36)}`);
});

test("a sigil is the known answer", () => {
  const answers = [
    ["hum-x", "claude-cli", "7378d90ed270"],
    ["", "claude-cli", "e270faa234b9"],
    ["abc", "", "6e850a0e91c1"],
    ["a:b", "c", "da4c12c1f144"],
    ["b", "c:a", "da4c12c1f144"],
    ["😀", "nést", "3b1597fadaeb"],
    ["cafe\u0301", "n", "924f83f9cf5e"],
    ["caf\u00e9", "n", "339648af4c41"],
    [" ", "\t", "a4b0fcf521f2"],
    ["a\0b", "n", "c5e17871a80b"],
  ] as const;
  for (const [sid, nest, answer] of answers) assert.equal(sigil(sid, nest), answer);
});

test("a sigil needs its nest, also where no compiler asks for it", () => {
  const untyped = sigil as (...args: unknown[]) => string;
  assert.throws(() => untyped("hum-x"), TypeError);
  assert.throws(() => untyped(null, "claude-cli"), TypeError);
});
