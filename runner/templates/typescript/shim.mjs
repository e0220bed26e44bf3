// @ts-check
// The shim between thrum-conform and this client: shim protocol 1 on stdin and stdout.
//
// It is JavaScript, so that Node runs it as it is; the comment above has it checked like TypeScript. Fill it
// in from the top, and run `thrum-conform smoke` after each step: the helpers (level 1), `openClient` and the
// acts (level 2), then CAPS. What still throws Unsupported is unfinished, not wrong. The part below "the
// protocol" is complete.
// A shim reports and never judges; print only to stderr.

import process from "node:process";
import readline from "node:readline";

// next: import your client as it is compiled, such as: import * as mine from "../dist/index.js";

const IMPL = { name: "my-client", version: "0.0.0", lang: `node ${process.versions.node}` };
const WIRE = "{{wire}}"; // the wire version that your client speaks
/** @type {string[]} */
const CAPS = []; // next, after the acts: claim what your client has, such as "hello" or "verb.prompt"

/** Not here, or not yet. */
class Unsupported extends Error {}

// level 1: helpers. Hand the arguments to your client as they are, and return what it gives: bad ones too.

/** @type {Record<string, (args: any) => unknown>} */
const HELPERS = {
  version() {
    // next: return the wire version that your client exports, such as mine.THRUM_VERSION
    throw new Unsupported();
  },
  sigil({ sid, nest }) {
    // next: return mine.sigil(sid, nest)
    throw new Unsupported();
  },
  registry({ of }) {
    // next: return the list of strings, in the client's order: [...mine.ALL_CHI] where `of` is "chi", else
    // its pulses
    throw new Unsupported();
  },
  is_valid_chi({ value }) {
    // next: return mine.isValidChi(value); the value may be anything
    throw new Unsupported();
  },
  rid({ count }) {
    // next: return a list of `count` fresh rids
    throw new Unsupported();
  },
  dusk_in({ ms }) {
    // next: return mine.duskIn(ms), ms since the epoch
    throw new Unsupported();
  },
  is_dusk({ tone }) {
    // next: return mine.isDusk(tone)
    throw new Unsupported();
  },
  wane({ ops }) {
    // ops are such as [["set", "s", 5], ["tick", "s"], ["snapshot"]]
    // next: on a fresh tracker, return the list of what each of get, set, tick, behind, merge, snapshot
    // gives; an error ends the list as {"$raises": "its name"}
    throw new Unsupported();
  },
  socket_path({ env }) {
    // next: return withEnvironment(env, () => the path that your client resolves)
    throw new Unsupported();
  },
  encode({ envelope, body }) {
    // next: return the line that your client would send, as a string
    throw new Unsupported();
  },
};

/** @param {number | null} now ms since the epoch; null is real time */
function clock(now) {
  // next, where your client has a clock that can be set: set it, and claim "clock.virtual"
  throw new Unsupported();
}

// level 2: one client. Handlers that you register report: this.delivered(to, tone).

class Testee {
  /**
   * @param {string} handle
   * @param {{hello: any, socket: string | null, reconnect?: string}} request
   */
  constructor(handle, { hello, socket, reconnect }) {
    this.handle = handle;
    this.conn = 0;
    /** @type {Map<string, Gate>} */
    this.gates = new Map();
    /** @type {Promise<unknown>} */
    this.last = Promise.resolve();
    /** @type {any} */
    this.client = this.openClient(hello, socket, reconnect === "auto");
  }

  openClient(hello, socket, reconnect) {
    // next: make your client, not yet connected, for the path `socket` (null: it resolves its own) and with
    // the fields of `hello`, and return it. Register
    //   a catch-all handler:   (tone) => this.delivered(null, tone)
    //   a disconnect handler:  () => this.event("disconnected", { conn: this.conn })
    //   a turn handler, with cap "turns":  this.event("turn", { sid, outcome: "finished" or "failed" })
    // Where `reconnect` is wanted and your client cannot come back by itself: Unsupported.
    throw new Unsupported();
  }

  end() {
    // next: close the client, whatever state it is in; return its promise, if there is one
    for (const gate of this.gates.values()) gate.open();
  }

  connect() {
    // next: count the connection (this.conn += 1), then return this.client.connect()
    // (where the client comes back by itself, count in its own connect event instead)
    throw new Unsupported();
  }

  subscribe({ sid }) {
    // next: this.client.on(sid, (tone) => this.delivered(sid, tone));
    throw new Unsupported();
  }

  send({ tone }) {
    // next: this.client.send(tone): the client fills in rid, from and sentAt
    throw new Unsupported();
  }

  close() {
    // next: return this.client.close();
    throw new Unsupported();
  }

  unsubscribe({ sid }) {
    // next: this.client.off(sid);
    throw new Unsupported();
  }

  handler({ sid, throws }) {
    // next: register a handler for the sid that calls this.delivered(sid, tone) and then throws; it is an
    // async function where `throws` is "async" (cap "handlers.async")
    throw new Unsupported();
  }

  "send-many"({ tones }) {
    // next: send each of the tones in order
    throw new Unsupported();
  }

  prompt({ sid, text, tools }) {
    // next: this.client.prompt(sid, text, { tools }), and claim "verb.prompt"
    throw new Unsupported();
  }

  cancel({ sid }) {
    // next: this.client.cancel(sid), and claim "verb.cancel"
    throw new Unsupported();
  }

  verb({ chi, fields }) {
    // next: call your client's own method for that chi with the fields, and claim "verb.CHI" for each
    throw new Unsupported();
  }

  tool({ name, description, input_schema, timeout_ms, ...body }) {
    // next: declare the tool with your client, and claim "tools"; its function is () => this.toolBody(body)
    throw new Unsupported();
  }

  permit({ decision }) {
    // next: answer each permission question with the decision from now on, and claim "permits"
    throw new Unsupported();
  }

  tendril({ returns }) {
    // next: answer each tendril call with `returns` from now on, and claim "tendrils"
    throw new Unsupported();
  }

  tick({ sid, nest }) {
    // next: let the wane of sigil(sid, nest) rise by one in your client, and claim "wane.wired"
    throw new Unsupported();
  }

  // complete: nothing to fill in below

  release({ gate }) {
    return this.gate(gate).open();
  }

  /** @param {string} name */
  gate(name) {
    const gate = this.gates.get(name) ?? new Gate();
    this.gates.set(name, gate);
    return gate;
  }

  /** What a tool does when it is called: waits at its gate, then throws or returns. */
  async toolBody(body) {
    const run = () => {
      if ("throws" in body) throw new Error(body.throws);
      return body.returns ?? null;
    };
    return "gate" in body ? this.gate(body.gate).pass(run) : run();
  }

  delivered(to, tone) {
    this.event("delivered", { conn: Math.max(this.conn, 1), to, tone });
  }

  /** Reports; what fails here is the shim's own and must not reach the client's handlers. */
  event(ev, fields) {
    try {
      emit({ ev, client: this.handle, ...fields });
    } catch {
      const { tone, ...rest } = fields;
      emit({ ev, client: this.handle, ...rest, unprintable: true });
    }
  }
}

const ACTS = new Set([
  ...["connect", "subscribe", "send", "close", "unsubscribe", "handler", "send-many", "prompt", "cancel"],
  ...["verb", "tool", "release", "permit", "tendril", "tick"],
]);

/** Where tools wait until they are released. */
class Gate {
  constructor() {
    /** @type {() => void} */
    this.release = () => {};
    this.opened = new Promise((resolve) => (this.release = () => resolve(undefined)));
    /** @type {Set<Promise<unknown>>} */
    this.inside = new Set();
  }

  /** @param {() => unknown} run */
  pass(run) {
    const passing = this.opened.then(run);
    const settled = passing.catch(() => {}).then(() => this.inside.delete(settled));
    this.inside.add(settled);
    return passing;
  }

  /** Resolves when those that waited have ended. */
  async open() {
    this.release();
    await Promise.all(this.inside);
  }
}

/** Sets environment variables for a while; null unsets one. */
function withEnvironment(env, run) {
  const before = { ...process.env };
  try {
    for (const [name, value] of Object.entries(env)) {
      if (value === null) delete process.env[name];
      else process.env[name] = value;
    }
    return run();
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

// the protocol: complete. Acts of one client run in order, beside the reading of stdin.

/** @type {Map<string, Testee>} */
const testees = new Map();
let opened = 0;

/** The fields of the reply; undefined where it is sent later. */
async function answer(request) {
  switch (request.op) {
    case "start":
      if (request.v !== 1) return { ok: false, code: "version", versions: [1] };
      return { ok: true, v: 1, impl: IMPL, wire: WIRE, profiles: ["document"], caps: CAPS };
    case "ping":
    case "stop":
      return { ok: true };
    case "call":
      if (!Object.hasOwn(HELPERS, request.fn)) throw new Unsupported();
      return { ok: true, value: (await HELPERS[request.fn](request.args)) ?? null };
    case "clock":
      clock(request.now);
      return { ok: true };
    case "open": {
      if (CAPS.includes("clock.virtual")) clock(null);
      if (request.role !== "asker" || "profile" in request) throw new Unsupported();
      const handle = `c${++opened}`;
      testees.set(handle, new Testee(handle, request));
      return { ok: true, client: handle };
    }
    case "do": {
      const testee = testees.get(request.client);
      if (!testee) return noSuchClient(request);
      if (!ACTS.has(request.act.do)) throw new Unsupported();
      testee.last = testee.last.then(() => carryOut(testee, request));
      return undefined;
    }
    case "end": {
      const testee = testees.get(request.client);
      if (!testee) return noSuchClient(request);
      testees.delete(request.client);
      await testee.end();
      return { ok: true };
    }
    default:
      throw new Unsupported();
  }
}

/** Carries out an act, and resolves when the next one may begin. */
async function carryOut(testee, { id, act, wait }) {
  const { do: name, ...fields } = act;
  const outcome = (async () => testee[name](fields))().then(() => ({ ok: true }), failure);
  if (wait !== false) {
    emit({ id, ...(await outcome) });
    return;
  }
  // an act that is unfinished has said so by the next turn of the loop
  const first = await Promise.race([outcome, new Promise((resolve) => setImmediate(resolve))]);
  if (first?.unsupported) {
    emit({ id, ...first });
    return;
  }
  emit({ id, ok: true });
  outcome.then((end) => emit({ ev: "done", id, ...(end.ok ? {} : end) }));
}

function noSuchClient(request) {
  return { ok: false, code: "no-such-client", message: request.client };
}

/** @param {any} error */
function failure(error) {
  if (error instanceof Unsupported) return { ok: false, unsupported: true };
  const code = String(error?.code ?? error?.name ?? "Error");
  return { ok: false, code, message: String(error?.message ?? error) };
}

// values that JSON cannot carry: {"$num": "NaN"}, {"$int": "18446744073709551615"}, {"$utf16": [55296]}

function unwrapped(_key, value) {
  if (value === null || typeof value !== "object") return value;
  if ("$num" in value) return Number(value.$num);
  if ("$int" in value) return BigInt(value.$int);
  if ("$utf16" in value) return String.fromCharCode(...value.$utf16);
  return value;
}

function wrapped(_key, value) {
  if (typeof value === "bigint") return { $int: String(value) };
  if (typeof value === "number" && !Number.isFinite(value)) return { $num: String(value) };
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return { $int: String(BigInt(value)) };
  if (typeof value === "string" && /\p{Surrogate}/u.test(value)) {
    return { $utf16: Array.from({ length: value.length }, (_, at) => value.charCodeAt(at)) };
  }
  return value;
}

function emit(message) {
  process.stdout.write(`${JSON.stringify(message, wrapped)}\n`);
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const request = JSON.parse(line, unwrapped);
  const replied = answer(request)
    .catch(failure)
    .then((fields) => fields && emit({ id: request.id, ...fields }));
  if (request.op === "stop") {
    await replied;
    break;
  }
}
process.exit(); // whatever timers and connections the client has left
