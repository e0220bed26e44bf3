/**
 * What the other side asks and this client answers: tool-call, permission-ask, tendril-reach.
 *
 * Each question is answered on the connection it came from, in its own time, so answers neither wait for each
 * other nor cross. tool-info and tool-meta are notices and never answered.
 */

import type { Json } from "./json.js";
import { type Report, shielded } from "./shielded.js";
import type { OutgoingTone, Tone } from "./tone.js";
import { errorResult, type Result, Tools } from "./tools.js";

/** Decides a permission-ask: "allow" or "deny". */
export type PermissionHandler = (ask: Tone) => string | Promise<string>;

/** Gives the result of a tendril-reach. */
export type TendrilHandler = (reach: Tone) => Result | Promise<Result>;

/** Sends an answer, if the connection that asked still stands. Throws for what JSON has no form for. */
export type Answer = (tone: OutgoingTone) => void;

/**
 * Without a handler, permission-ask and tendril-reach stay unanswered: another bee on the same session may be
 * the one to decide. A tool-call is always answered.
 */
export class Asks {
  readonly tools = new Tools();
  onPermission: PermissionHandler | undefined;
  onTendril: TendrilHandler | undefined;
  readonly #report: Report;
  /** The calls of each running turn. The tone may come twice, its answer must not. */
  readonly #called = new Map<string, Set<string>>();

  constructor(report: Report) {
    this.#report = report;
  }

  /** Looks at a tone that arrived; answers it in time if it is a question that can be answered. */
  take(tone: Tone, answer: Answer): void {
    const { chi, sid, callId, permitId } = tone;
    if (typeof sid !== "string") return;
    if (chi === "tool-call" && typeof callId === "string" && this.#isNew(sid, callId)) {
      const result = () => this.tools.run(tone.name, tone.args ?? {});
      this.#answer(answer, { chi: "tool-result", sid, callId }, result);
    } else if (chi === "tendril-reach" && typeof callId === "string" && this.onTendril) {
      const { onTendril } = this;
      this.#answer(answer, { chi: "tendril-result", sid, callId }, async () => (await onTendril(tone)) ?? {});
    } else if (chi === "permission-ask" && typeof permitId === "string" && this.onPermission) {
      const { onPermission } = this;
      void shielded(this.#report, async () => {
        let decision = "deny"; // a handler that fails, or says nothing, must not allow anything
        try {
          decision = (await onPermission(tone)) || decision;
        } finally {
          answer({ chi: "release-permit", sid, permitId, decision });
        }
      });
    } else if (chi === "finish" || chi === "error") {
      this.#called.delete(sid);
    }
  }

  /** The connection ended: its calls are nobody's any more. */
  forget(): void {
    this.#called.clear();
  }

  #isNew(sid: string, callId: string): boolean {
    const calls = this.#called.get(sid) ?? new Set();
    this.#called.set(sid, calls);
    return calls.size < calls.add(callId).size;
  }

  #answer(answer: Answer, head: OutgoingTone, ask: () => Promise<Json>): void {
    void shielded(this.#report, async () => {
      try {
        answer({ ...head, result: await ask() });
      } catch (error) {
        answer({ ...head, result: errorResult(error) }); // also where the result is no JSON
      }
    });
  }
}
