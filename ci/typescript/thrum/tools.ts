/** Tools that the application offers: their definitions for a prompt, and one run of one tool. */

import type { Json, JsonObject } from "./json.js";

/** How long a tool may take unless it says otherwise, in ms. */
const DEFAULT_TIMEOUT_MS = 60_000;

/** The longest that a timer can wait; one that is to wait longer would go off at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** What the application answers; nothing becomes `{}`, since a result has to be something. */
export type Result = Json | undefined | void;

/** What a prompt says about a tool. */
export interface ToolDefinition extends JsonObject {
  readonly name: string;
  readonly description: string;
  /** A JSON Schema of the arguments. */
  readonly input_schema: JsonObject;
}

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly input_schema: JsonObject;
  /** The time limit in ms, 60,000 unless given; null for none. */
  readonly timeoutMs?: number | null;
  /**
   * Gets the arguments as they came: check them. The signal aborts at the time limit, when the answer is
   * given and what the tool still returns is discarded. What it throws becomes the result `{"error":
   * message}`.
   */
  readonly run: (args: Json, signal: AbortSignal) => Result | Promise<Result>;
}

/** The declared tools by name. */
export class Tools {
  readonly #tools = new Map<string, Tool>();

  declare(tool: Tool): void {
    this.#tools.set(tool.name, tool);
  }

  /**
   * What `prompt.tools` holds: names stand for declared tools, definitions for themselves. Throws for a name
   * unknown.
   */
  definitions(tools: readonly (string | ToolDefinition)[]): ToolDefinition[] {
    return tools.map((tool) => {
      if (typeof tool !== "string") return tool;
      const { name, description, input_schema } = this.#tool(tool);
      return { name, description, input_schema };
    });
  }

  /** Runs a tool. Rejects with what it throws, for an unknown one, and with "timeout" at the time limit. */
  async run(name: Json | undefined, args: Json): Promise<Json> {
    const tool = this.#tool(name);
    const limit = new AbortController();
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = tool;
    const expire = () => limit.abort(new Error("timeout"));
    const timer = timeoutMs === null ? undefined : setTimeout(expire, Math.min(timeoutMs, TIMER_MS_MAX));
    try {
      return (await Promise.race([tool.run(args, limit.signal), aborted(limit.signal)])) ?? {};
    } finally {
      clearTimeout(timer);
    }
  }

  #tool(name: Json | undefined): Tool {
    const tool = typeof name === "string" ? this.#tools.get(name) : undefined;
    if (!tool) throw new Error(`no such tool: \`${String(name)}\``);
    return tool;
  }
}

/** The result that tells of a failure. */
export function errorResult(error: unknown): JsonObject {
  return { error: (error instanceof Error ? error.message || error.name : String(error)) || "failed" };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}
