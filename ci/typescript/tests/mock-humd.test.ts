import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { MockHumd, mockHumd, type MockHumdOptions, ScriptNotDone } from "../mock-humd/index.js";
import { ThrumClient } from "../thrum/index.js";

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}.js`, import.meta.url));

/** Runs node as from a terminal, and not as a part of this test. */
function node(test: TestContext, ...args: string[]) {
  const env = { ...process.env };
  delete env.NODE_TEST_CONTEXT;
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  test.signal.addEventListener("abort", () => child.kill());
  return child;
}

/** Sets variables of this process until the test ends. */
function setEnv(test: TestContext, variables: Record<string, string>): void {
  const before = { ...process.env };
  test.after(() => {
    for (const name of Object.keys(variables)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });
  Object.assign(process.env, variables);
}

function temporary(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "thrum-"));
  test.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Whether somebody listens there. */
function listens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.on("error", () => resolve(false));
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** A script that wants one prompt, and no more. */
function wantsPrompt(text: string) {
  return { format: 1, steps: [{ tone: { chi: "prompt", text }, from: "client" }] };
}

/** A client whose hello the daemon has answered. */
async function connected(test: TestContext, humd: MockHumd, bee = "test-bee"): Promise<ThrumClient> {
  const client = new ThrumClient({ hello: { bee }, socketPath: humd.socketPath });
  test.after(() => client.close());
  const breath = new Promise((resolve) => client.onAny(resolve));
  await client.connect();
  await breath;
  return client;
}

test("a script that is kept to is done, also one in a file", async (t) => {
  const path = join(temporary(t), "script.json");
  writeFileSync(path, JSON.stringify(wantsPrompt("hi")));
  for (const script of [wantsPrompt("hi"), path]) {
    const humd = await MockHumd.start({ script });
    (await connected(t, humd)).prompt({ sid: "s", text: "hi" });
    await humd.done();
    await humd.close();
  }
});

test("a script that is not kept to, or not done, is told with the daemon's words", async (t) => {
  const humd = await mockHumd(t, { script: wantsPrompt("hi") });
  (await connected(t, humd)).prompt({ sid: "s", text: "other" });
  await assert.rejects(humd.done(), { name: "ScriptNotDone", message: /step 1 of 1.*"other"/s });

  const undone = await mockHumd(t, { script: wantsPrompt("hi") });
  const told = assert.rejects(undone.close(), (error) => {
    assert.ok(error instanceof ScriptNotDone);
    assert.match(error.message, /^the script is not done: step 1 of 1 \(line 1\): still waiting/);
    return true;
  });
  await assert.rejects(undone.close(), ScriptNotDone); // once more ends the same
  await told;

  const none = await mockHumd(t);
  await assert.rejects(none.done(), /there is no script to be done \(hint: /);
});

test("a failed test shows what crossed last, and one that leaves a script undone fails", async (t) => {
  const failing = node(t, "--test", "--test-reporter=tap", fixture("failing"));
  const said = await text(failing.stdout);
  const [, much = "", both = "", undone = "", passed = ""] = said.split(/^# Subtest: .*$/m);

  assert.match(much, /^not ok 1/m);
  assert.match(much, /^  error: 'of its own'$/m);
  const [, leftOut] = much.match(/^# what crossed, without the first (\d+) lines:$/m) ?? [];
  assert.equal(much.match(/^# \{"at_ms"/gm)?.length, 200);
  assert.ok(Number(leftOut) > 50, leftOut);
  assert.match(much, /the last words/);
  assert.match(much, /^# what mock-humd said:\n# mock-humd: listening on /m);

  assert.match(both, /^  error: 'of its own'$/m); // not masked
  assert.match(both, /^# ScriptNotDone: the script is not done: step 1 of 1/m);

  assert.match(undone, /^not ok 3/m);
  assert.match(undone, /^    the script is not done: step 1 of 1 \(line 1\): still waiting$/m);
  assert.match(undone, /^# what crossed:$/m);

  assert.match(passed, /^ok 4/m);
  assert.doesNotMatch(passed, /crossed/);
});

test("where there is no binary, a hint says what to do", async (t) => {
  const hint = "(hint: `cargo install --path mock-humd`, or set `MOCK_HUMD` to the path of one)";
  const missing = (name: string) => ({ message: `there is no program \`${name}\` ${hint}` });
  await assert.rejects(MockHumd.start({ binary: "/none/option" }), missing("/none/option"));
  setEnv(t, { MOCK_HUMD: "/none/variable", PATH: "/none" });
  await assert.rejects(MockHumd.start(), missing("/none/variable"));
  process.env.MOCK_HUMD = "";
  await assert.rejects(MockHumd.start(), missing("mock-humd"));
});

test("a daemon that does not start says why, and leaves no folder", async (t) => {
  const folder = temporary(t);
  setEnv(t, { TMPDIR: folder });
  const fails = (options: MockHumdOptions, why: RegExp) => assert.rejects(MockHumd.start(options), why);
  await fails({ options: ["--nope"] }, /^Error: mock-humd ended with code 2: --nope: no such option/);
  await fails({ options: ["--help"] }, /^Error: mock-humd ended with code 0: it said no more$/); // on stderr
  await fails({ script: { format: 1, steps: [{ no: 1 }] } }, /code 2: the script has faults/);
  assert.deepEqual(readdirSync(folder), []);
});

test("what this user has configured changes nothing", async (t) => {
  const folder = temporary(t);
  writeFileSync(join(folder, "mock-humd.toml"), "nonsense = true");
  setEnv(t, { XDG_CONFIG_HOME: folder, HUM_MOCK_HOOKS: `touch ${folder}/hooked` });
  await (await mockHumd(t)).close();
  assert.deepEqual(readdirSync(folder), ["mock-humd.toml"]);
});

test("a process that is killed leaves no daemon", { timeout: 10_000 }, async (t) => {
  const killed = node(t, fixture("forgotten"), "stay");
  const path = String(await once(killed.stdout, "data").then(([line]) => line)).trim();
  t.after(() => rmSync(dirname(path), { recursive: true, force: true })); // which nobody else can
  assert.ok(await listens(path));
  killed.kill("SIGKILL");
  while (await listens(path));
});

test("a daemon that nobody closes holds nothing up, and leaves no folder", { timeout: 10_000 }, async (t) => {
  const forgetful = node(t, fixture("forgotten"));
  const path = (await text(forgetful.stdout)).trim();
  assert.notEqual(path, "");
  assert.ok(!existsSync(dirname(path)));
});

test("two daemons know nothing of each other, and leave no folder", async (t) => {
  const one = await mockHumd(t, { options: ["--drop", "1/1000000", "--seed", "7"] });
  const other = await mockHumd(t);
  assert.match(one.said, /^mock-humd: listening on .*, seed 7\n$/);
  assert.deepEqual(one.env, { HUM_THRUM_SOCK: one.socketPath });
  await connected(t, one, "bee-one");
  await connected(t, other, "bee-other");
  for (const humd of [one, other]) {
    assert.ok(existsSync(dirname(humd.socketPath)));
    await humd.close();
    assert.ok(!existsSync(dirname(humd.socketPath)));
  }
  const hellos = (humd: MockHumd) => humd.transcript().filter(({ tone }) => tone?.chi === "hello");
  const bees = [one, other].map((humd) => hellos(humd).map(({ tone }) => tone?.bee));
  assert.deepEqual(bees, [["bee-one"], ["bee-other"]]);
});

test("commands reach the daemon, also where temporary files are kept far down", async (t) => {
  setEnv(t, { TMPDIR: join(temporary(t), "x".repeat(100)) });
  const humd = await mockHumd(t);
  const client = await connected(t, humd, "adder-bee");
  const gone = new Promise<void>((resolve) => client.onDisconnect(() => resolve()));
  assert.match(await humd.command("peers"), /adder-bee/);
  await humd.command("kick", "adder-bee");
  await gone;
  await assert.rejects(humd.command("kick", "nobody"), /^Error: mock-humd kick nobody: no bee `nobody`/);
});

test("a daemon that dies is no success", async (t) => {
  const humd = await mockHumd(t);
  process.kill(Number(readFileSync(`${humd.socketPath}.pid`, "utf8")), "SIGKILL");
  await assert.rejects(humd.close(), /^Error: mock-humd ended with SIGKILL/);
});

test("a daemon ends with its scope", async () => {
  let path: string;
  {
    await using humd = await MockHumd.start();
    path = humd.socketPath;
    assert.ok(await listens(path));
  }
  assert.ok(!(await listens(path)));
});
