/**
 * The client: one object per bee, any number of connections, one after the other.
 *
 * Start at `ThrumClient`. Bytes and lines are in `connection`, the order of delivery in `lanes`, answers to
 * questions in `asks`, the methods per chi in `verbs`.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { Asks, type PermissionHandler, type TendrilHandler } from "./asks.js";
import { isAskerChi } from "./chi.js";
import { clock } from "./clock.js";
import { Connection, dial } from "./connection.js";
import { isDusk } from "./dusk.js";
import { helloBody, type HelloFields } from "./hello.js";
import { rid } from "./ids.js";
import { type Lane, Lanes } from "./lanes.js";
import { type Backoff, DEFAULT_BACKOFF, delayMs } from "./reconnect.js";
import { type Report, reporter, shielded } from "./shielded.js";
import { defaultSocketPath } from "./socket-path.js";
import { decode, encode, type OutgoingTone, type Tone } from "./tone.js";
import type { Tool, ToolDefinition } from "./tools.js";
import { Verbs } from "./verbs.js";
import type { WaneTracker } from "./wane.js";
import { WiredWane } from "./wired-wane.js";

/** Gets a tone. Where it returns a promise, the next tone of the same sid waits for that. */
export type Handler = (tone: Tone) => unknown;

export type Outcome = "finished" | "failed";

export interface ClientOptions {
  /** What the bee says of itself, first on every connection. */
  readonly hello: HelloFields;
  /** The daemon's socket; without it the path comes from the environment, anew for each connection. */
  readonly socketPath?: string;
  /**
   * Whether to connect again after a loss, until it works; a `Backoff` instead of waits of 100 ms to 10 s.
   */
  readonly reconnect?: boolean | Backoff;
  /** Is told what a handler threw; without it that goes to stderr. */
  readonly onError?: (error: unknown) => void;
}

/** The application has closed the client. */
export class ClosedError extends Error {
  override readonly name = "ClosedError";
}

/**
 * An asker on a local thrum socket.
 *
 * Sending never blocks. A handler that fails is reported to `onError` and changes nothing else.
 */
export class ThrumClient extends Verbs {
  readonly #hello: HelloFields;
  readonly #path: string | undefined;
  readonly #backoff: Backoff | undefined;
  readonly #report: Report;

  readonly #handlers = new Map<string, Handler>();
  readonly #lanes = new Lanes((lane, tone) => this.#deliver(lane, tone));
  readonly #asks: Asks;
  readonly #wane = new WiredWane();
  #onAny: Handler | undefined;
  #onTurn: ((sid: string, outcome: Outcome, tone: Tone) => unknown) | undefined;
  #onConnect: (() => unknown) | undefined;
  #onDisconnect: ((error: Error | undefined) => unknown) | undefined;

  /** From a connect to a close. */
  #life = new AbortController();
  #connection: Connection | undefined;
  #connecting: Promise<void> | undefined;
  /** Lines that were sent while there was no connection. */
  #outbox: string[] = [];
  /** Failed attempts and lost connections since a tone last arrived. */
  #retries = 0;

  constructor({ hello, socketPath, reconnect = false, onError = console.error }: ClientOptions) {
    super();
    this.#hello = helloBody(hello);
    encode({}, this.#hello); // a hello that JSON cannot hold fails here, not in connect
    this.#path = socketPath;
    this.#backoff = reconnect === true ? DEFAULT_BACKOFF : reconnect || undefined;
    this.#report = reporter(onError);
    this.#asks = new Asks(this.#report);
  }

  /** The local clocks. */
  get wane(): WaneTracker {
    return this.#wane.tracker;
  }

  // the connection

  /**
   * Connects; also again, after a disconnect or a close. What was sent meanwhile follows hello. It does not
   * wait for a breath.
   *
   * Rejects with the system's error if there is no daemon; with `reconnect` it tries on instead. Rejects with
   * `ClosedError` when the client is closed meanwhile.
   */
  connect(): Promise<void> {
    if (this.#life.signal.aborted) this.#life = new AbortController();
    if (this.#connection) return Promise.resolve();
    if (!this.#connecting) {
      const attempt = this.#establish(this.#life.signal).finally(() => {
        if (this.#connecting === attempt) this.#connecting = undefined;
      });
      this.#connecting = attempt;
    }
    return this.#connecting;
  }

  /** Connects, and resolves when that is over: closed, or lost without `reconnect`. */
  async run(): Promise<void> {
    try {
      do {
        await this.connect();
        await this.#connection?.ended;
      } while (this.#backoff && !this.#life.signal.aborted);
    } catch (error) {
      if (!(error instanceof ClosedError)) throw error;
    }
  }

  /** Ends it for good: `send` throws from now on. Resolves when what was sent is flushed, within a second. */
  async close(): Promise<void> {
    const connection = this.#connection;
    this.#life.abort(new ClosedError("the client is closed"));
    this.#outbox = [];
    this.#connecting = undefined;
    this.#retries = 0;
    this.#over();
    await connection?.close();
  }

  // sending

  /**
   * Sends a tone and returns its rid. The client fills in `from`, `sentAt` and `rid`; the rid of an echo is
   * the application's to say.
   *
   * Kept until connected; dropped if the connection ends first. The queue has no limit: see `drained`. Throws
   * `ClosedError` after `close`, TypeError or RangeError for what is no tone of an asker.
   */
  send(tone: OutgoingTone): string {
    this.#life.signal.throwIfAborted();
    const { chi } = tone;
    if (!isAskerChi(chi)) throw new TypeError(`\`${String(chi)}\` is no chi that an asker sends`);
    const own = chi === "echo" ? tone.rid : rid();
    if (typeof own !== "string" || own === "") throw new TypeError("an echo needs the `rid` of another tone");
    const wane = this.#wane.due(tone);
    const line = encode({ ...this.#envelope(chi, own), ...wane }, tone);
    this.#wane.rode(tone, wane);
    if (this.#connection) this.#connection.write(line);
    else this.#outbox.push(line);
    return own;
  }

  /** Resolves when the daemon has taken most of what was sent, or the connection has ended. */
  async drained(): Promise<void> {
    await this.#connection?.drained();
  }

  /** Counts a local mutation. The new wane, which it returns, rides on the next tone of that sid. */
  tick(sid: string, nest: string): bigint {
    return this.#wane.tick(sid, nest);
  }

  // receiving

  /** Gives the tones of a sid to a handler, in order, in place of the one before. */
  on(sid: string, handler: Handler): void {
    this.#handlers.set(sid, handler);
  }

  /** Takes the handler away, also for tones that wait for an earlier one to be handled. */
  off(sid: string): void {
    this.#handlers.delete(sid);
  }

  /** The catch-all: tones without a sid, and those of a sid that has no handler. */
  onAny(handler: Handler | undefined): void {
    this.#onAny = handler;
  }

  /** Called when a turn has ended, with the tone that ended it. */
  onTurn(handler: ((sid: string, outcome: Outcome, tone: Tone) => unknown) | undefined): void {
    this.#onTurn = handler;
  }

  /** Called once per connection, when hello is sent and what was kept for it. */
  onConnect(handler: (() => unknown) | undefined): void {
    this.#onConnect = handler;
  }

  /** Called once per connection that ended other than by `close`, before the next; with the error, if any. */
  onDisconnect(handler: ((error: Error | undefined) => unknown) | undefined): void {
    this.#onDisconnect = handler;
  }

  // answering

  /** Declares a tool, in place of the one of the same name. A prompt offers it by that name. */
  tool(tool: Tool): void {
    this.#asks.tools.declare(tool);
  }

  /** The handler returns "allow" or "deny"; failing is "deny". */
  onPermission(handler: PermissionHandler | undefined): void {
    this.#asks.onPermission = handler;
  }

  /** The handler returns the result; failing is `{"error": message}`. */
  onTendril(handler: TendrilHandler | undefined): void {
    this.#asks.onTendril = handler;
  }

  protected toolDefinitions(tools: readonly (string | ToolDefinition)[]): ToolDefinition[] {
    return this.#asks.tools.definitions(tools);
  }

  // inside

  async #establish(life: AbortSignal): Promise<void> {
    for (;;) {
      if (this.#backoff && this.#retries > 0) {
        await sleep(delayMs(this.#backoff, this.#retries), undefined, { signal: life }).catch(() => {});
      }
      life.throwIfAborted();
      const socket = await dial(this.#path ?? defaultSocketPath()).catch((error: unknown) => {
        if (!this.#backoff) throw error;
        this.#retries++;
      });
      if (socket && !life.aborted) return this.#opened(new Connection(socket, this.#received, this.#lost));
      socket?.destroy();
    }
  }

  #opened(connection: Connection): void {
    this.#connection = connection;
    connection.write(encode(this.#envelope("hello", rid()), this.#hello));
    for (const line of this.#outbox) connection.write(line);
    this.#outbox = [];
    void shielded(this.#report, () => this.#onConnect?.());
  }

  #received = (connection: Connection, line: Buffer): void => {
    const tone = decode(line);
    if (!tone || connection !== this.#connection) return; // a handler may just have closed it
    this.#retries = 0;
    if (isDusk(tone)) return; // the wire allows both; what came too late is of use to nobody
    this.#wane.adopt(tone);
    this.#lanes.put(typeof tone.sid === "string" ? tone.sid : null, tone);
    this.#asks.take(tone, (answer) => {
      if (connection === this.#connection) this.send(answer); // one that comes too late is nobody's
    });
  };

  #lost = (connection: Connection, error: Error | undefined): void => {
    if (connection !== this.#connection) return; // closed by the application
    this.#over();
    this.#retries++;
    void shielded(this.#report, () => this.#onDisconnect?.(error));
    if (this.#backoff && !this.#life.signal.aborted) this.connect().catch(() => {}); // fails only by `close`
  };

  #over(): void {
    this.#connection = undefined;
    this.#asks.forget();
  }

  #deliver(lane: Lane, tone: Tone): Promise<void> | undefined {
    const handler = lane === null ? this.#onAny : (this.#handlers.get(lane) ?? this.#onAny);
    const pending = shielded(this.#report, () => handler?.(tone));
    if (lane === null || (tone.chi !== "finish" && tone.chi !== "error")) return pending;
    const outcome = tone.chi === "finish" ? "finished" : "failed";
    const ended = () => void shielded(this.#report, () => this.#onTurn?.(lane, outcome, tone));
    return pending ? pending.then(ended) : ended();
  }

  #envelope(chi: string, rid: string) {
    return { chi, rid, from: this.#hello.bee, sentAt: clock.now() };
  }
}
