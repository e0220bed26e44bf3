/** One mock-humd that runs: from its start to its end, and what it has seen. Nothing here knows tests. */

import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, removeFolder } from "./folder.js";
import { type Ending, Program } from "./program.js";
import { tail } from "./tail.js";
import { type Crossed, parseCrossed, wholeLines } from "./transcript.js";

/** How long a start and an end may take, in ms. It only ends hangs. */
const DEADLINE_MS = 10_000;

/** How many lines of the transcript a failed test shows, and of what the daemon said. */
const SHOWN_MAX = 200;

export interface MockHumdOptions {
  /** Options of `mock-humd run`, as on the command line: `["--latency", "50ms"]`. */
  readonly options?: readonly string[];
  /** The script to play: the path of its file, or what such a file holds. */
  readonly script?: string | object;
  /** The program; without it `$MOCK_HUMD`, else `mock-humd` on the path. */
  readonly binary?: string;
}

/** The script was not kept to, or not played to its end. */
export class ScriptNotDone extends Error {
  override readonly name = "ScriptNotDone";
}

/**
 * A daemon that listens in a folder of its own, and knows nothing of this user's configuration.
 *
 * It ends with this process, however that ends, and does not keep it alive: one that nobody closes is no
 * hang.
 */
export class MockHumd {
  /** Where it listens. */
  readonly socketPath: string;
  /** The variables with which a bee finds it. */
  readonly env: { readonly HUM_THRUM_SOCK: string };
  readonly #binary: string;
  readonly #folder: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #hasScript: boolean;
  readonly #program: Program;
  /** The transcript, once the folder is gone. */
  #kept: readonly string[] | undefined;
  #closing: Promise<void> | undefined;

  private constructor(folder: string, { options = [], script, binary }: MockHumdOptions) {
    this.#folder = folder;
    this.#binary = binary ?? (process.env.MOCK_HUMD || "mock-humd");
    this.socketPath = join(folder, "thrum.sock");
    this.env = { HUM_THRUM_SOCK: this.socketPath };
    this.#environment = { ...process.env, XDG_CONFIG_HOME: folder };
    delete this.#environment.HUM_MOCK_HOOKS;
    this.#hasScript = script !== undefined;
    const args = ["run", "--until-stdin-ends", "--socket", this.socketPath, "--transcript", this.#transcript];
    if (script !== undefined) args.push("--script", scriptFile(folder, script));
    this.#program = new Program(this.#binary, [...args, ...options], this.#environment);
  }

  /** Starts one. Resolves when it listens; rejects with what it said where it ends instead. */
  static async start(options: MockHumdOptions = {}): Promise<MockHumd> {
    const folder = makeFolder();
    try {
      const humd = new MockHumd(folder, options);
      await humd.#listens();
      return humd;
    } catch (error) {
      removeFolder(folder);
      throw error;
    }
  }

  /** What it has said on stderr. */
  get said(): string {
    return this.#program.said;
  }

  /** Whether its end was asked for, by `close` or by a `done` that has come to its end. */
  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  /**
   * What has crossed, in order. The daemon writes it down beside its work, so that what crossed just now may
   * come a moment later; all of it is there after `close`.
   */
  transcript(): Crossed[] {
    return this.#lines().map(parseCrossed);
  }

  /** What a failed test is to show: what crossed last, as it was written down, and what the daemon said. */
  account(): string[] {
    return [
      ...tail("what crossed", this.#lines(), SHOWN_MAX),
      ...tail("what mock-humd said", this.said.trimEnd().split("\n"), SHOWN_MAX),
    ];
  }

  /**
   * Runs a command of mock-humd on this daemon, such as `command("kick", "adder-bee")`, and resolves to
   * its stdout. Rejects with its stderr. A command without an end of its own, such as `tail`, ends with the
   * daemon.
   */
  command(name: string, ...args: string[]): Promise<string> {
    const all = [name, "--socket", this.socketPath, ...args];
    const options = { env: this.#environment, maxBuffer: Infinity };
    return new Promise((resolve, reject) => {
      execFile(this.#binary, all, options, (error, stdout, stderr) => {
        if (!error) return resolve(stdout);
        const why = words(stderr) || error.message;
        reject(new Error(`mock-humd ${[name, ...args].join(" ")}: ${why}`, { cause: error }));
      });
    });
  }

  /**
   * Resolves when the script is done, with which the daemon ends and is closed. Rejects with `ScriptNotDone`
   * when it is not kept to, or when a step takes longer than `--timeout`. A script of rules alone is never
   * done.
   */
  async done(): Promise<void> {
    if (!this.#hasScript) throw new Error("there is no script to be done (hint: give `script`)");
    await this.#program.join();
    return this.close();
  }

  /**
   * Ends it, and takes its folder away. Rejects with `ScriptNotDone` when its script is not done, and with
   * another error when it has ended in another way, or does not end. Once more is no harm, and ends the same.
   */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // inside

  get #transcript(): string {
    return join(this.#folder, "transcript.ndjson");
  }

  #lines(): readonly string[] {
    return this.#kept ?? wholeLines(this.#transcript);
  }

  async #listens(): Promise<void> {
    const program = this.#program;
    const ready = program.says(`mock-humd: listening on ${this.socketPath}`);
    const ending = await this.#within(Promise.race([ready, program.ended]), "listen");
    if (ending) throw broken(ended(ending), program.said);
  }

  async #close(): Promise<void> {
    this.#program.end();
    try {
      const ending = await this.#within(this.#program.ended, "end");
      if (ending.code === 1) throw new ScriptNotDone(`the script is not done: ${words(this.said)}`);
      if (ending.code !== 0) throw broken(ended(ending), this.said);
    } finally {
      this.#kept = this.#lines();
      removeFolder(this.#folder);
    }
  }

  /** What a promise gives; at the deadline the daemon is killed. */
  async #within<T>(promise: Promise<T>, what: string): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.#program.kill();
        reject(broken(`did not ${what} within ${DEADLINE_MS} ms`, this.said));
      }, DEADLINE_MS);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
  }
}

/** The path of a script; one that is no file yet becomes one. */
function scriptFile(folder: string, script: string | object): string {
  if (typeof script === "string") return script;
  const path = join(folder, "script.json");
  writeFileSync(path, JSON.stringify(script));
  return path;
}

function ended({ code, signal }: Ending): string {
  return `ended with ${signal ?? `code ${code}`}`;
}

/** The daemon did not do as it must. */
function broken(what: string, said: string): Error {
  return new Error(`mock-humd ${what}: ${words(said) || "it said no more"}`);
}

/** What the daemon said of itself, without where it listens and without its name. */
function words(said: string): string {
  return said
    .replace(/^mock-humd: listening on .*\n/gm, "")
    .replace(/^mock-humd: /gm, "")
    .trim();
}
