import assert from "node:assert/strict";
import { test } from "node:test";
import { CHIS, THRUM_VERSION } from "../thrum/chi.js";
import { type HelloFields, helloBody } from "../thrum/hello.js";

test("what the application says goes before what is usual, but for the version of the wire", () => {
  const hello = helloBody({ bee: "b", source: "here", protoVersion: "9.9.9" });
  assert.deepEqual([hello.bee, hello.source, hello.protoVersion], ["b", "here", THRUM_VERSION]);
  assert.ok(hello.chis?.every((chi) => CHIS.includes(chi)));
  assert.ok(hello.propensity && hello.version);
});

test("a bee has a name", () => {
  for (const bee of [undefined, "", ["worker"]]) {
    assert.throws(() => helloBody({ bee } as unknown as HelloFields), TypeError);
  }
});
