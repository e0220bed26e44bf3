/** Calls of the application's code: its failures are reported, and end there. */

/** Is told what a handler threw. May itself throw no more. */
export type Report = (error: unknown) => void;

/** Makes any function a `Report`: where it throws, both errors go to stderr. */
export function reporter(onError: (error: unknown) => void): Report {
  return (error) => {
    try {
      onError(error);
    } catch (second) {
      console.error(second, error);
    }
  };
}

/**
 * Calls `body`. Where that gives a promise, the result is one that resolves when it has settled, in whatever
 * way; else undefined. Neither throws nor rejects.
 */
export function shielded(report: Report, body: () => unknown): Promise<void> | undefined {
  try {
    const value = body();
    return isThenable(value) ? Promise.resolve(value).then(() => {}, report) : undefined;
  } catch (error) {
    report(error);
    return undefined;
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
