import assert from "node:assert/strict";
import { test } from "node:test";
import { sigil } from "../thrum/ids.js";
import { WiredWane } from "../thrum/wired-wane.js";

test("a new wane rides once, on a tone of its session", () => {
  const wired = new WiredWane();
  const key = sigil("s", "n");
  const tone = { chi: "cancel", sid: "s" } as const;
  assert.equal(wired.tick("s", "n"), 1n);
  assert.equal(wired.tick("s", "n"), 2n);
  assert.equal(wired.due({ chi: "cancel", sid: "other" }), undefined);
  assert.equal(wired.due({ chi: "log" }), undefined);
  assert.equal(wired.due({ ...tone, sigil: "000000000000" }), undefined);

  const due = wired.due(tone);
  assert.deepEqual(due, { sigil: key, wane: 2n });
  wired.rode(tone, due);
  assert.equal(wired.due(tone), undefined);
});

test("two nests of a session ride one after the other", () => {
  const wired = new WiredWane();
  const tone = { chi: "cancel", sid: "s" } as const;
  wired.tick("s", "n");
  wired.tick("s", "m");
  wired.rode(tone, wired.due(tone));
  assert.deepEqual(wired.due(tone), { sigil: sigil("s", "m"), wane: 1n });
});

test("a higher wane is adopted, and nothing else is", () => {
  const wired = new WiredWane();
  for (const wane of [5, 3, -1, true, "9", null, 2n ** 64n, 5.5]) {
    wired.adopt({ chi: "chunk", sigil: "s", wane });
  }
  assert.equal(wired.tracker.get("s"), 5n);
  wired.adopt({ chi: "chunk", sigil: 7, wane: 9 });
  assert.deepEqual(wired.tracker.snapshot(), { s: 5n });
});
