import assert from "node:assert/strict";
import { test } from "node:test";
import type { OutgoingTone } from "../thrum/tone.js";
import { Verbs } from "../thrum/verbs.js";

class Recorder extends Verbs {
  readonly sent: OutgoingTone[] = [];

  send(tone: OutgoingTone): string {
    this.sent.push(tone);
    return "r";
  }

  protected toolDefinitions() {
    return [{ name: "add", description: "", input_schema: {} }];
  }
}

test("each verb sends its chi with its fields", () => {
  const verbs = new Recorder();
  const sid = "s";
  verbs.prompt({ sid, text: "hi", tools: ["add"], modelId: "m" });
  verbs.cancel({ sid, dusk: 5 });
  verbs.cleanup({ sid });
  verbs.curate({ sid });
  verbs.petalCell({ sid, cell: 0 });
  verbs.log({ level: "info", message: "m", fields: { n: 1 } });
  verbs.perfMark({ label: "l", phase: "p", t: 0 });
  assert.equal(verbs.echo({ rid: "theirs", ok: false, error: "no" }), "r");
  const tools = [{ name: "add", description: "", input_schema: {} }];
  assert.deepEqual(verbs.sent, [
    { chi: "prompt", sid, text: "hi", tools, modelId: "m" },
    { chi: "cancel", sid, dusk: 5 },
    { chi: "cleanup", sid },
    { chi: "curate", sid },
    { chi: "petal-cell", sid, cell: 0 },
    { chi: "log", level: "info", message: "m", fields: { n: 1 } },
    { chi: "perf-mark", label: "l", phase: "p", t: 0 },
    { chi: "echo", rid: "theirs", ok: false, error: "no" },
  ]);
});

test("a prompt says something, and offers no tools where it names none", () => {
  const verbs = new Recorder();
  assert.throws(() => verbs.prompt({ sid: "s" }), TypeError);
  verbs.prompt({ sid: "s", content: [] });
  assert.deepEqual(verbs.sent, [{ chi: "prompt", sid: "s", content: [] }]);
});
