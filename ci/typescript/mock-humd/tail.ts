/** The end of a list of lines, under a heading that says how many are left out. */

export function tail(what: string, lines: readonly string[], max: number): string[] {
  const leftOut = Math.max(0, lines.length - max);
  return [leftOut > 0 ? `${what}, without the first ${leftOut} lines:` : `${what}:`, ...lines.slice(leftOut)];
}
