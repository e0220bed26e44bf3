/** A folder of its own for each daemon, with a path that leaves room for a socket. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How many bytes the path of a socket may have: what the system gives it, less the NUL at its end. */
const PATH_BYTES_MAX = process.platform === "linux" ? 107 : 103;

/** The longest path of a socket in it. */
const LONGEST = join("humd-XXXXXX", "thrum.sock.admin");

const folders = new Set<string>();

// of daemons that nobody has closed
process.on("exit", () => folders.forEach(removeFolder));

/** In the folder for temporary files, or in `/tmp` where the path of that one is too long. */
export function makeFolder(): string {
  const fits = Buffer.byteLength(join(tmpdir(), LONGEST)) <= PATH_BYTES_MAX;
  const folder = mkdtempSync(join(fits ? tmpdir() : "/tmp", "humd-"));
  folders.add(folder);
  return folder;
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  folders.delete(folder);
}
