/**
 * What an asker sends of its own accord, a method for each chi: the spelling of the wire stands once, here.
 *
 * Fields have the names that they have on the wire, and others (`dusk`, `ext`, …) may stand beside those
 * named here. Each method returns the rid.
 */

import type { Json, JsonObject } from "./json.js";
import type { OutgoingTone } from "./tone.js";
import type { ToolDefinition } from "./tools.js";

export interface SessionFields extends JsonObject {
  readonly sid: string;
}

export interface PromptFields extends JsonObject {
  readonly sid: string;
  /** The prompt as plain text; `text` or `content` is required. */
  readonly text?: string;
  readonly content?: string | readonly Json[];
  /** The tools that this turn may call: names of declared tools, or whole definitions. */
  readonly tools?: readonly (string | ToolDefinition)[];
  readonly modelId?: string;
  readonly cwd?: string;
  readonly systemPrompt?: string;
}

export interface PetalCellFields extends SessionFields {
  readonly cell: Json;
}

export interface LogFields extends JsonObject {
  readonly level: string;
  readonly message: string;
  readonly fields?: JsonObject;
  readonly sid?: string;
}

export interface PerfMarkFields extends JsonObject {
  readonly label: string;
  readonly phase: string;
  readonly t: number;
}

export interface EchoFields extends JsonObject {
  /** The rid of the tone that is acknowledged. */
  readonly rid: string;
  readonly ok: boolean;
  readonly error?: string;
}

export abstract class Verbs {
  abstract send(tone: OutgoingTone): string;
  protected abstract toolDefinitions(tools: readonly (string | ToolDefinition)[]): ToolDefinition[];

  /** Asks. */
  prompt({ tools, ...fields }: PromptFields): string {
    if (fields.text === undefined && fields.content === undefined) {
      throw new TypeError("prompt needs `text` or `content`");
    }
    return this.send({ ...fields, ...(tools && { tools: this.toolDefinitions(tools) }), chi: "prompt" });
  }

  /** Stops the running turn; chunks that are under way may still arrive. */
  cancel(fields: SessionFields): string {
    return this.send({ ...fields, chi: "cancel" });
  }

  /** Gives a session up. */
  cleanup(fields: SessionFields): string {
    return this.send({ ...fields, chi: "cleanup" });
  }

  /** Compacts a session. */
  curate(fields: SessionFields): string {
    return this.send({ ...fields, chi: "curate" });
  }

  /** Hands a cell of content to a session. */
  petalCell(fields: PetalCellFields): string {
    return this.send({ ...fields, chi: "petal-cell" });
  }

  log(fields: LogFields): string {
    return this.send({ ...fields, chi: "log" });
  }

  perfMark(fields: PerfMarkFields): string {
    return this.send({ ...fields, chi: "perf-mark" });
  }

  /** Acknowledges a tone. Optional, and never for an echo. */
  echo(fields: EchoFields): string {
    return this.send({ ...fields, chi: "echo" });
  }
}
