/**
 * One connection: lines on a Unix stream socket.
 *
 * It ends once and is never reused, so neither half a line nor bytes not yet written reach the next one.
 */

import { connect, type Socket } from "node:net";
import { LineSplitter } from "./lines.js";

/** How long the last tones may take to be written after a close, in ms. */
const FLUSH_MS = 1_000;

/** How many bytes the path of a socket may have: what the system gives it, less the NUL at its end. */
const PATH_BYTES_MAX = process.platform === "linux" ? 107 : 103;

/** A connected socket. Rejects with the system's error, which names the path: missing, refused, too long. */
export function dial(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (Buffer.byteLength(path) > PATH_BYTES_MAX) {
      // Node would cut the path off without a word, and connect to what it then names
      throw Object.assign(new Error(`connect ENAMETOOLONG ${path}`), { code: "ENAMETOOLONG", path });
    }
    const socket = connect({ path });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });
}

/**
 * Hands each line to `received` as it completes, and calls `lost` when the connection is over, by whichever
 * side.
 *
 * Neither may throw. A last line without LF is dropped. The write half is never shut down on its own.
 */
export class Connection {
  /** Resolves after `lost` was called. */
  readonly ended: Promise<void>;
  readonly #socket: Socket;

  constructor(
    socket: Socket,
    received: (connection: Connection, line: Buffer) => void,
    lost: (connection: Connection, error: Error | undefined) => void,
  ) {
    this.#socket = socket;
    const lines = new LineSplitter();
    let failure: Error | undefined;
    socket.on("data", (chunk) => {
      for (const line of lines.push(chunk)) received(this, line);
    });
    socket.on("end", () => socket.destroy());
    socket.on("error", (error) => (failure = error));
    this.ended = new Promise((resolve) => {
      socket.on("close", () => {
        lost(this, failure);
        resolve();
      });
    });
  }

  /** Never blocks: what the socket does not take now is written as it gets ready. */
  write(line: string): void {
    this.#socket.write(`${line}\n`);
  }

  /** Resolves when most of what was written has been taken, or the connection has ended. */
  async drained(): Promise<void> {
    if (!this.#socket.writableNeedDrain) return;
    await Promise.race([new Promise((resolve) => this.#socket.once("drain", resolve)), this.ended]);
  }

  /** Ends it: what was written is still flushed, for a second at most. */
  close(): Promise<void> {
    const timer = setTimeout(() => this.#socket.destroy(), FLUSH_MS);
    this.#socket.end(() => this.#socket.destroy());
    return this.ended.finally(() => clearTimeout(timer));
  }
}
