/**
 * mock-humd in the tests of a bee: a daemon of its own for each test, with node:test.
 *
 *     test("my bee adds", async (t) => {
 *       const humd = await mockHumd(t, { options: ["--latency", "50ms"] });
 *       const bee = spawn("my-bee", { env: { ...process.env, ...humd.env } });
 *       t.signal.addEventListener("abort", () => bee.kill());
 *     });
 *
 * Node's own library only. Start at `mockHumd`; the daemon itself is in `daemon.ts`.
 */

import type { TestContext } from "node:test";
import { MockHumd, type MockHumdOptions } from "./daemon.js";

export { MockHumd, type MockHumdOptions, ScriptNotDone } from "./daemon.js";
export type { Crossed } from "./transcript.js";

/**
 * Starts a daemon, and ends it when the test ends.
 *
 * Where the test has failed, what crossed last and what the daemon said are shown with it. That takes Node
 * 20.12 or later; a failed subtest counts only for the daemon that was given its own context. A script that
 * is not done by the end fails the test with `ScriptNotDone`, unless the test was told so by `close` or
 * `done`.
 *
 * Node runs no hook behind one that throws, and this may. What has to be ended in any case, such as a bee
 * that is a process, is better ended on `abort` of `test.signal`, which comes to every test.
 */
export async function mockHumd(test: TestContext, options: MockHumdOptions = {}): Promise<MockHumd> {
  const humd = await MockHumd.start(options);
  test.after(async () => {
    const wasTold = humd.isClosed;
    let failure: unknown;
    await humd.close().catch((error: unknown) => (failure = wasTold ? undefined : error));
    const show = (lines: readonly string[]) => lines.forEach((line) => test.diagnostic(line));
    if (failure || hasFailed(test)) show(humd.account());
    if (failure && !hasFailed(test)) throw failure;
    if (failure) show(String(failure).split("\n")); // the failure of the test is the one to report
  });
  return humd;
}

/** Whether the test function has failed; `passed` is newer than the types. */
function hasFailed(test: TestContext & { readonly passed?: boolean }): boolean {
  return test.passed === false;
}
