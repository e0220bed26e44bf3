/** The client against a small daemon, over a real socket. */

import assert from "node:assert/strict";
import { dirname } from "node:path";
import { test } from "node:test";
import { ClosedError, type OutgoingTone, sigil, ThrumClient, type Tone } from "../thrum/index.js";
import { connected, Daemon, Mailbox, setUp } from "./daemon.js";

const big = "x".repeat(1 << 16);
const log = (message: string) => ({ level: "info", message });

/** Resolves when the client says that a connection has ended. */
const lost = (client: ThrumClient) => new Promise<void>((resolve) => client.onDisconnect(() => resolve()));

test("hello comes first, and what was sent before follows in order", async (t) => {
  const { client, daemon } = await setUp(t);
  const rids = [client.cancel({ sid: "s" }), client.log(log("m"))];
  await client.connect();
  const peer = await daemon.accept();
  assert.deepEqual([peer.hello.chi, peer.hello.bee, peer.hello.from], ["hello", "test-bee", "test-bee"]);
  assert.deepEqual([(await peer.next()).rid, (await peer.next()).rid], rids);
});

test("a client needs a hello that can be sent", () => {
  assert.throws(() => new ThrumClient({ hello: { bee: "" } }), TypeError);
  assert.throws(() => new ThrumClient({ hello: { bee: "b", n: NaN } }), RangeError);
});

test("what is no tone of an asker is refused", async (t) => {
  const { client } = await setUp(t);
  for (const chi of [undefined, "hello", "tool_call", "echo"]) {
    assert.throws(() => client.send({ chi } as OutgoingTone), TypeError, chi); // an echo for want of a rid
  }
  // @ts-expect-error the compiler says so too
  assert.throws(() => client.send({ chi: "chunk", sid: "s" }), TypeError);
  assert.throws(() => client.perfMark({ label: "l", phase: "p", t: NaN }), RangeError);
});

test("an echo carries the rid that it is given, and every other tone its own", async (t) => {
  const { client, peer } = await connected(t);
  client.echo({ rid: "theirs", ok: true });
  client.send({ chi: "cancel", sid: "s", rid: "mine", from: "other" });
  assert.equal((await peer.next()).rid, "theirs");
  const cancel = await peer.next();
  assert.notEqual(cancel.rid, "mine");
  assert.equal(cancel.from, "test-bee");
});

test("a bad line costs itself only", async (t) => {
  const { peer, got, errors } = await connected(t);
  const bad = ["", " ", "x", "[1]", "{", '{"chi":""}', '{"chi":"log","n":1e999}', '{"chi":"log","dusk":1}'];
  for (const line of [...bad, Buffer.from([0x22, 0xff])]) peer.write(line);
  peer.tone("x-new", { sid: 7 });
  assert.deepEqual(await got.take(), { chi: "x-new", rid: "d", sid: 7 });
  assert.deepEqual(errors, []);
});

test("tones go to the handler of their sid, and all others to the catch-all", async (t) => {
  const { client, peer, got } = await connected(t);
  const a = new Mailbox<Tone>();
  client.on("a", (tone) => a.put(tone));
  for (const sid of ["a", "b", "", null, "a"]) peer.tone("chunk", { sid });
  assert.deepEqual([(await got.take()).sid, (await got.take()).sid, (await got.take()).sid], ["b", "", null]);
  assert.deepEqual([(await a.take()).sid, (await a.take()).sid], ["a", "a"]);
  client.off("a");
  peer.tone("chunk", { sid: "a" });
  assert.equal((await got.take()).sid, "a");
});

test("a handler that fails is reported, and changes nothing else", async (t) => {
  const { client, peer, got, errors } = await connected(t);
  client.on("sync", () => {
    throw new Error("sync");
  });
  client.on("async", () => Promise.reject(new Error("async")));
  client.onTurn((sid, outcome) => got.put({ chi: outcome, sid }));
  for (const sid of ["sync", "async"]) peer.tone("finish", { sid });
  assert.deepEqual([(await got.take()).sid, (await got.take()).sid], ["sync", "async"]);
  assert.deepEqual(errors.map(String), ["Error: sync", "Error: async"]);
});

test("a turn ends after its last tone was handled, as finished or failed", async (t) => {
  const { client, peer } = await connected(t);
  const order = new Mailbox<string>();
  let open = () => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  client.on("s", async ({ chi }) => {
    await gate;
    order.put(chi);
  });
  client.onTurn((_, outcome) => order.put(outcome));
  peer.tone("finish", { sid: "s" });
  peer.write('{"chi":"error","sid":"s"}');
  peer.tone("error");
  open();
  const seen = [await order.take(), await order.take(), await order.take(), await order.take()];
  assert.deepEqual(seen, ["finish", "finished", "error", "failed"]);
});

test("questions are answered on the wire", async (t) => {
  const { client, peer } = await connected(t);
  client.tool({ name: "add", description: "adds", input_schema: {}, run: () => 2n ** 64n });
  client.onPermission(() => "allow");
  client.onTendril(() => "found");
  client.prompt({ sid: "s", text: "hi", tools: ["add"] });
  assert.deepEqual((await peer.next()).tools, [{ name: "add", description: "adds", input_schema: {} }]);
  peer.tone("tool-call", { sid: "s", callId: "c", name: "add", args: {} });
  assert.equal((await peer.next()).result, Number(2n ** 64n));
  peer.tone("permission-ask", { sid: "s", permitId: "p" });
  assert.equal((await peer.next()).decision, "allow");
  peer.tone("tendril-reach", { sid: "s", callId: "t" });
  assert.equal((await peer.next()).result, "found");
});

test("wane rides on the wire and is read from it", async (t) => {
  const { client, peer, got } = await connected(t);
  const key = sigil("s", "n");
  peer.write(`{"chi":"chunk","sid":"s","sigil":"${key}","wane":9007199254740993}`);
  await got.take();
  assert.equal(client.wane.get(key), 9007199254740993n);
  client.wane.set(key, 4);
  assert.equal(client.tick("s", "n"), 5n);
  client.cancel({ sid: "s" });
  client.cancel({ sid: "s" });
  const [first, second] = [await peer.next(), await peer.next()];
  assert.deepEqual([first.sigil, first.wane, second.sigil, second.wane], [key, 5, undefined, undefined]);
});

test("a blocked write does not stop reading", async (t) => {
  const { client, peer, got } = await connected(t);
  peer.socket.pause();
  for (let n = 0; n < 64; n++) client.log(log(big));
  peer.tone("log");
  await got.take();
  let taken = false;
  const drained = client.drained().then(() => (taken = true));
  peer.tone("log");
  await got.take();
  assert.equal(taken, false);
  peer.socket.resume();
  await drained;
  for (let n = 0; n < 64; n++) assert.equal((await peer.next()).message, big);
});

test("what waits to be drained ends with the connection", async (t) => {
  const { client, peer } = await connected(t);
  peer.socket.pause();
  for (let n = 0; n < 64; n++) client.log(log(big));
  const drained = client.drained();
  peer.socket.destroy();
  await drained;
});

test("a disconnect is surfaced, and nothing is carried over to the next connection", async (t) => {
  const { client, daemon, peer, got } = await connected(t);
  const gone = lost(client);
  peer.socket.pause();
  for (let n = 0; n < 64; n++) client.log(log(big));
  peer.write('{"chi":"log","rid":"whole"}\n{"chi":"log","rid":"ha');
  await got.take();
  peer.socket.end(); // also where only the daemon's half is shut, and writes still wait
  await gone;
  client.cancel({ sid: "kept" });
  await client.connect();
  const second = await daemon.accept();
  assert.equal(second.hello.chi, "hello");
  assert.equal((await second.next()).sid, "kept");
  second.tone("log", { rid: "first" });
  assert.equal((await got.take()).rid, "first");

  const goneAgain = lost(client);
  second.socket.destroy();
  await goneAgain;
  await client.connect();
  client.cancel({ sid: "new" });
  assert.equal((await (await daemon.accept()).next()).sid, "new");
});

test("with reconnect it comes back by itself, after it has said so, with hello first", async (t) => {
  const { client, daemon, peer, got } = await connected(t, { reconnect: { minMs: 1, maxMs: 1e9 } });
  const order = new Mailbox<string>();
  client.onDisconnect(() => order.put("disconnect"));
  client.onConnect(() => {
    order.put("connect");
    client.cancel({ sid: "again" });
  });
  // so often that each wait has to begin at the shortest again
  for (let last = peer, n = 0; n < 20; n++) {
    last.tone("breath");
    await got.take();
    last.socket.destroy();
    last = await daemon.accept();
    assert.equal(last.hello.chi, "hello");
    assert.equal((await last.next()).sid, "again");
    assert.deepEqual([await order.take(), await order.take()], ["disconnect", "connect"]);
  }
});

test("an answer does not reach the next connection, where its id is a new one", async (t) => {
  const { client, daemon, peer } = await connected(t);
  const called = new Mailbox<(result: string) => void>();
  const run = () => new Promise<string>((resolve) => called.put(resolve));
  client.tool({ name: "slow", description: "", input_schema: {}, run });
  peer.tone("tool-call", { sid: "s", callId: "1", name: "slow" });
  const finish = await called.take();
  const gone = lost(client);
  peer.socket.destroy();
  await gone;
  await client.connect();
  const next = await daemon.accept();
  finish("late");
  next.tone("tool-call", { sid: "s", callId: "1", name: "other" });
  assert.deepEqual((await next.next()).result, { error: "no such tool: `other`" });
});

test("nothing is delivered once a handler has closed the client", async (t) => {
  const { client, peer } = await connected(t);
  let handed = 0;
  client.onAny(() => {
    handed++;
    void client.close();
  });
  peer.write('{"chi":"log"}\n{"chi":"log"}');
  assert.deepEqual(await peer.next(), {});
  assert.equal(handed, 1);
});

test("close flushes, and then a send is an error", async (t) => {
  const { client, peer } = await connected(t);
  client.onDisconnect(() => assert.fail("the application closed it"));
  for (let n = 0; n < 32; n++) client.log(log(big));
  const closed = client.close();
  assert.throws(() => client.cancel({ sid: "s" }), ClosedError);
  for (let n = 0; n < 32; n++) assert.equal((await peer.next()).chi, "log");
  assert.deepEqual(await peer.next(), {});
  await closed;
});

test("close ends also when the daemon does not read", async (t) => {
  const { client, peer } = await connected(t);
  peer.socket.pause();
  for (let n = 0; n < 64; n++) client.log(log(big));
  await client.close();
  await client.close(); // twice is no harm
});

test("connect fails with the system's error, and with reconnect only when it is closed", async (t) => {
  const daemon = await Daemon.start(t);
  const hello = { bee: "b" };
  for (const [path, code] of [["/none", "ENOENT"], [`/${"x".repeat(200)}`, "ENAMETOOLONG"]] as const) {
    const socketPath = dirname(daemon.path) + path;
    await assert.rejects(new ThrumClient({ hello, socketPath }).connect(), { code });
  }
  const client = new ThrumClient({ hello, socketPath: "/none", reconnect: true });
  const attempt = client.connect();
  const running = client.run();
  await client.close();
  await assert.rejects(attempt, ClosedError);
  await running;
});

test("a client that was closed can connect again, also while it was still trying", async (t) => {
  const { client, daemon } = await connected(t);
  const closed = client.close();
  await client.connect();
  await daemon.accept();
  client.cancel({ sid: "s" });
  await closed;

  const env = process.env.HUM_THRUM_SOCK;
  t.after(() => (env === undefined ? delete process.env.HUM_THRUM_SOCK : (process.env.HUM_THRUM_SOCK = env)));
  process.env.HUM_THRUM_SOCK = "/none";
  const trying = new ThrumClient({ hello: { bee: "b" }, reconnect: true });
  t.after(() => trying.close());
  const attempt = assert.rejects(trying.connect(), ClosedError);
  void trying.close();
  process.env.HUM_THRUM_SOCK = daemon.path; // resolved anew by each attempt
  await trying.connect();
  await attempt;
});

test("run ends with the connection", async (t) => {
  const { client, daemon } = await setUp(t);
  const running = client.run();
  (await daemon.accept()).socket.end();
  await running;
});
