/** Where the daemon's socket is when nobody names a path (WIRE.md, Socket). */

/**
 * `$HUM_THRUM_SOCK`, else under `$XDG_RUNTIME_DIR`, else under `/run/user/<uid>`.
 *
 * An empty variable counts as unset; no other variable takes part.
 */
export function defaultSocketPath(env: NodeJS.ProcessEnv = process.env): string {
  if (env.HUM_THRUM_SOCK) return env.HUM_THRUM_SOCK;
  const runtime = env.XDG_RUNTIME_DIR || `/run/user/${process.getuid?.()}`;
  return `${runtime}/hum/thrum.sock`;
}
