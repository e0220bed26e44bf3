/**
 * One program that runs beside the test. It says things on stderr, and ends when its stdin does.
 *
 * It does not keep this process alive, except while somebody waits for it.
 */

import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";

/** How it ended: with a code, or by a signal. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class Program {
  /** Resolves when it has ended and all that it said has been read. Rejects if it cannot be started. */
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;
  readonly #stdin: Socket;
  readonly #stderr: Socket;
  #said = "";

  constructor(binary: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    const child = spawn(binary, args, { env, stdio: ["pipe", "ignore", "pipe"] });
    this.#child = child;
    // a pipe is a socket, which the types do not say
    this.#stdin = child.stdin as Socket;
    this.#stderr = child.stderr as Socket;
    this.ended = new Promise((resolve, reject) => {
      child.on("error", (error) => reject(notStarted(binary, error)));
      child.on("close", (code, signal) => resolve({ code, signal }));
    });
    this.#stderr.setEncoding("utf8").on("data", (text: string) => (this.#said += text));
    for (const handle of [child, this.#stdin, this.#stderr]) handle.unref();
  }

  /** All that it has said on stderr. */
  get said(): string {
    return this.#said;
  }

  /** Resolves once it has said this. */
  says(text: string): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!this.#said.includes(text)) return;
        this.#stderr.off("data", look);
        resolve();
      };
      this.#stderr.on("data", look);
    });
  }

  /** Waits for its end; until then this process stays. */
  join(): Promise<Ending> {
    for (const handle of [this.#child, this.#stderr]) handle.ref();
    return this.ended;
  }

  /** Ends its stdin, which asks it to end. */
  end(): void {
    this.#stdin.destroy();
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }
}

function notStarted(binary: string, error: NodeJS.ErrnoException): Error {
  if (error.code !== "ENOENT") return error;
  const hint = "(hint: `cargo install --path mock-humd`, or set `MOCK_HUMD` to the path of one)";
  return new Error(`there is no program \`${binary}\` ${hint}`);
}
