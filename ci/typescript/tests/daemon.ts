/** A daemon of a few lines for the tests: it accepts, writes bytes, and reads what came. */

import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type ClientOptions, ThrumClient, type Tone } from "../thrum/index.js";
import { LineSplitter } from "../thrum/lines.js";

/** Items that are put in one by one and taken out one by one, whichever comes first. */
export class Mailbox<T> {
  readonly #items: T[] = [];
  readonly #takers: ((item: T) => void)[] = [];

  put(item: T): void {
    const taker = this.#takers.shift();
    if (taker) taker(item);
    else this.#items.push(item);
  }

  take(): Promise<T> {
    const [item] = this.#items.splice(0, 1);
    return item === undefined ? new Promise((resolve) => this.#takers.push(resolve)) : Promise.resolve(item);
  }
}

/** A tone as the daemon reads it. */
export type Read = any;

/** The daemon's end of one connection. */
export class Peer {
  readonly #lines = new Mailbox<string>();
  /** The first tone. */
  hello: Read;

  constructor(readonly socket: Socket) {
    const splitter = new LineSplitter();
    socket.on("data", (chunk) => {
      for (const line of splitter.push(chunk)) this.#lines.put(line.toString());
    });
    socket.on("error", () => {}); // of a peer that reset
    socket.on("end", () => this.#lines.put("{}"));
  }

  /** The next tone, hello too; an empty one at the end of the stream. */
  async next(): Promise<Read> {
    return JSON.parse(await this.#lines.take());
  }

  write(line: string | Buffer): void {
    this.socket.write(line);
    this.socket.write("\n");
  }

  tone(chi: string, fields: object = {}): void {
    this.write(JSON.stringify({ chi, rid: "d", ...fields }));
  }
}

export class Daemon {
  readonly #folder = mkdtempSync(join(tmpdir(), "thrum-"));
  readonly #arrived = new Mailbox<Peer>();
  readonly #peers: Peer[] = [];
  readonly #server = createServer((socket) => {
    const peer = new Peer(socket);
    this.#peers.push(peer);
    this.#arrived.put(peer);
  });
  readonly path = join(this.#folder, "s");

  /** One that listens until the test ends. */
  static async start(test: TestContext): Promise<Daemon> {
    const daemon = new Daemon();
    await new Promise<void>((resolve) => daemon.#server.listen(daemon.path, resolve));
    test.after(() => daemon.#stop());
    return daemon;
  }

  /** The next connection, with its hello read. */
  async accept(): Promise<Peer> {
    const peer = await this.#arrived.take();
    peer.hello = await peer.next();
    return peer;
  }

  #stop(): void {
    this.#server.close();
    for (const { socket } of this.#peers) socket.destroy();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/**
 * A client of a daemon of its own; what its catch-all gets is in `got`, what its handlers throw in `errors`.
 */
export async function setUp(test: TestContext, options: Partial<ClientOptions> = {}) {
  const daemon = await Daemon.start(test);
  const errors: unknown[] = [];
  const client = new ThrumClient({
    hello: { bee: "test-bee" },
    socketPath: daemon.path,
    onError: (error) => errors.push(error),
    ...options,
  });
  const got = new Mailbox<Tone>();
  client.onAny((tone) => got.put(tone));
  test.after(() => client.close());
  return { daemon, client, got, errors };
}

/** The same, connected. */
export async function connected(test: TestContext, options: Partial<ClientOptions> = {}) {
  const all = await setUp(test, options);
  await all.client.connect();
  return { ...all, peer: await all.daemon.accept() };
}
