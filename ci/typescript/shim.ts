/**
 * The shim of thrum-ts: shim protocol 1 on stdin and stdout. It drives and reports, never judges.
 *
 * Tables say what there is: `functions`, `acts` and `ops`. What is in none of them is `unsupported`.
 */

import { createInterface } from "node:readline";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type Args, dump, load } from "./shim-values.js";
import * as thrum from "./thrum/index.js";

type Table<In extends unknown[]> = Record<string, (...args: In) => unknown>;

const functions: Table<[Args]> = {
  version: () => thrum.THRUM_VERSION,
  registry: ({ of }) => find<unknown>({ chi: thrum.CHIS, pulse: thrum.PULSE_KINDS }, of),
  is_valid_chi: ({ value }) => thrum.isChi(value),
  sigil: ({ sid, nest }) => thrum.sigil(sid, nest),
  rid: ({ count }) => Array.from({ length: count }, thrum.rid),
  dusk_in: ({ ms }) => thrum.duskIn(ms),
  is_dusk: ({ tone }) => thrum.isDusk(tone),
  socket_path: ({ env }) => thrum.defaultSocketPath({ ...process.env, ...env }),
  encode: ({ envelope, body }) => thrum.encode(envelope, body),
  wane: ({ ops }) => {
    const [tracker, results]: [Args, unknown[]] = [new thrum.WaneTracker(), []];
    try {
      for (const [name, ...args] of ops) results.push(tracker[name](...args));
    } catch (error) {
      results.push({ $raises: String(error) });
    }
    return results;
  },
};

/** Where tool bodies wait until the runner releases them; open from then on. */
class Gate {
  open!: () => void;
  readonly opened = new Promise<void>((resolve) => (this.open = resolve));
}

type Testee = ReturnType<typeof open>;

/** One client under test, and the events that it shows. */
function open(handle: string, { socket, hello, reconnect }: Args) {
  const client = new thrum.ThrumClient({
    hello: { bee: "thrum-ts", ...hello },
    ...(socket !== null && { socketPath: socket }),
    reconnect: reconnect === "auto" && { minMs: 1, maxMs: 1 },
  });
  let conn = 0;
  const event = (ev: string, fields: object) => emit({ ev, client: handle, ...fields });
  const delivered = (to: string | null, tone: thrum.Tone) => {
    try {
      event("delivered", { conn, to, tone });
    } catch {
      event("delivered", { conn, to, unprintable: true });
    }
  };
  client.onAny((tone) => delivered(null, tone));
  client.onConnect(() => conn++);
  client.onDisconnect(() => event("disconnected", { conn }));
  client.onTurn((sid, outcome) => event("turn", { sid, outcome }));
  return { client, delivered, gates: {} as Record<string, Gate> };
}

/** The client's methods by chi. */
const verbs = {
  ...{ prompt: "prompt", cancel: "cancel", cleanup: "cleanup", curate: "curate", log: "log", echo: "echo" },
  ...{ "petal-cell": "petalCell", "perf-mark": "perfMark" },
};

const acts: Table<[Testee, Args]> = {
  connect: ({ client }) => client.connect(),
  close: ({ client }) => client.close(),
  send: ({ client }, { tone }) => client.send(tone),
  "send-many": ({ client }, { tones }) => tones.forEach((tone: Args) => client.send(tone)),
  prompt: ({ client }, fields) => client.prompt(fields),
  cancel: ({ client }, fields) => client.cancel(fields),
  verb: ({ client }, { chi, fields }) => (client as Args)[find(verbs, chi)](fields),
  subscribe: ({ client, delivered }, { sid }) => client.on(sid, (tone) => delivered(sid, tone)),
  unsubscribe: ({ client }, { sid }) => client.off(sid),
  handler: ({ client, delivered }, { sid, throws }) => {
    const fail = (tone: thrum.Tone) => {
      delivered(sid, tone);
      throw new Error("a handler that throws");
    };
    client.on(sid, throws === "async" ? async (tone) => fail(tone) : fail);
  },
  tool: ({ client, gates }, { timeout_ms: timeoutMs, gate, throws, returns, ...tool }) => {
    if (gate !== undefined) gates[gate] ??= new Gate();
    const run = async () => {
      await gates[gate]?.opened;
      if (throws !== undefined) throw new Error(throws);
      return returns;
    };
    client.tool({ ...tool, timeoutMs, run });
  },
  release: ({ gates }, { gate }) => {
    find(gates, gate).open();
    return nextTurn(); // of the event loop: what waited at the gate has run to its end by then
  },
  permit: ({ client }, { decision }) => client.onPermission(() => decision),
  tendril: ({ client }, { returns }) => client.onTendril(() => returns),
  tick: ({ client }, { sid, nest }) => client.tick(sid, nest),
};

const caps = [
  ...["hello", "handlers.async", "tools", "timeouts", "permits", "tendrils", "turns", "reconnect.auto"],
  ...["reconnect.manual", "wane.wired", "wane.merge", "clock.virtual"],
  ...Object.keys(verbs).map((chi) => `verb.${chi}`),
];
const testees: Record<string, Testee> = {};
let opened = 0;

/** Each gives what its reply says besides `ok`. */
const ops: Table<[Args]> = {
  start: ({ v }) => {
    if (v !== 1) return { ok: false, code: "version", message: "this shim speaks protocol 1", versions: [1] };
    const wire = thrum.THRUM_VERSION;
    const impl = { name: "thrum-ts", version: wire, lang: `typescript on node ${process.versions.node}` };
    return { v, impl, wire, profiles: ["document"], caps };
  },
  ping: () => {},
  call: ({ fn, args }) => ({ value: find(functions, fn)(args) ?? null }),
  clock: ({ now }) => void (thrum.clock.now = now === null ? Date.now : () => now),
  open: (request) => {
    thrum.clock.now = Date.now;
    const client = `c${++opened}`;
    testees[client] = find({ asker: open }, request.role)(client, request);
    return { client };
  },
  do: async ({ id, client, act: { do: name, ...args }, wait }) => {
    const testee = find(testees, client, "no-such-client");
    const act = find(acts, name);
    const ended = (async () => act(testee, args))().then(() => ({})); // it starts now
    if (wait !== false) return ended;
    const done = (outcome: object) => setImmediate(emit, { ev: "done", id, ...outcome }); // behind the reply
    return void ended.catch(failure).then(done);
  },
  end: ({ client }) => {
    const testee = find(testees, client, "no-such-client");
    delete testees[client];
    return testee.client.close();
  },
  stop: () => void setImmediate(process.exit),
};

/** What a table has under that name. Throws where it has nothing. */
function find<Entry>(table: Record<string, Entry>, name: string, code = "unsupported"): Entry {
  if (Object.hasOwn(table, name)) return table[name] as Entry;
  throw Object.assign(new Error(`no \`${name}\``), { code });
}

function failure({ code, name, message }: Args): object {
  return { ok: false, ...(code === "unsupported" ? { unsupported: true } : { code: code ?? name, message }) };
}

function emit(message: object): void {
  process.stdout.write(`${dump(message)}\n`);
}

async function answer(line: string): Promise<void> {
  const request = load(line);
  try {
    emit({ id: request.id, ok: true, ...((await find(ops, request.op)(request)) as object) });
  } catch (error) {
    emit({ id: request.id, ...failure(error) });
  }
}

createInterface({ input: process.stdin })
  .on("line", (line) => answer(line).catch((error) => emit({ ev: "shim-error", message: String(error) })))
  .on("close", process.exit);
