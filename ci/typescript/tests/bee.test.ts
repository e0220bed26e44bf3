/** How a bee is tested against mock-humd: the one in `examples/`, as a process and as its author would. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { ThrumClient, type Tone } from "thrum";
import { type MockHumd, mockHumd } from "thrum/mock-humd";

/** Starts the bee; it ends with the test. */
function startBee(test: TestContext, humd: MockHumd) {
  const program = fileURLToPath(new URL("../examples/bee.js", import.meta.url));
  const bee = spawn(process.execPath, [program], { env: { ...process.env, ...humd.env } });
  test.signal.addEventListener("abort", () => bee.kill());
  return bee;
}

test("the bee adds for whoever asks in its session", async (t) => {
  const humd = await mockHumd(t);
  await once(startBee(t, humd).stdout, "data"); // the answer to its own prompt, which offers the tool

  const asker = new ThrumClient({ hello: { bee: "asker" }, socketPath: humd.socketPath });
  const finished = new Promise((resolve) => asker.onTurn((_sid, _outcome, tone) => resolve(tone)));
  await asker.connect();
  asker.prompt({ sid: "hum-calculator", text: '@tool add {"a":2,"b":3}' });
  const { chi, text } = (await finished) as Tone;
  assert.deepEqual([chi, text], ["finish", 'The result is {"sum":5}.']);
  await asker.close();

  await humd.close(); // all has been written down by then
  const results = humd.transcript().filter(({ tone }) => tone?.chi === "tool-result");
  assert.deepEqual(results.map(({ bee, tone }) => [bee, tone?.result]), [["calculator", { sum: 5 }]]);
});

test("the bee does what the script wants of it", async (t) => {
  const sid = { $ref: "sid" };
  const script = {
    format: 1,
    title: "asks for a sum",
    steps: [
      { tone: { chi: "prompt", sid: { $bind: "sid" } }, from: "client" },
      {
        tone: { chi: "tool-call", rid: "t-1", sid, callId: "c-1", name: "add", args: { a: 2, b: 3 } },
        from: "daemon",
      },
      { tone: { chi: "tool-result", callId: "c-1", result: { sum: 5 } }, from: "client" },
    ],
  };
  const humd = await mockHumd(t, { script });
  startBee(t, humd);
  await humd.done();
});
