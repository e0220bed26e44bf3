// The pages that the tests open, written by the program itself into a folder that is gone afterwards.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const program = join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "release", "thrum-conform");
const folder = mkdtempSync(join(tmpdir(), "thrum-pages-"));

/** Mutants whose failures show all that there is to show: arrows, differences, bytes that are no text, a death. */
const MUTANTS = ["decode-per-read", "replace-bad-utf8", "live-result-as-in-the-document", "die-on-bad-json"];

/** What a client may write wherever it has a say. */
export const HOSTILE =
  "<script>document.title='forged'</script></script><img src=x onerror=\"document.title='forged'\">\"' onclick='\u001b[31m\u202e]]><!--";

/** Runs the program with these arguments; 0 and 1 are how a run of a client ends. */
function run(...args) {
  try {
    execFileSync(program, args, { stdio: ["ignore", "ignore", "pipe"], cwd: folder });
  } catch (error) {
    if (error.status !== 1) throw new Error(`${program} ${args.join(" ")}: ${error.stderr ?? error.message}`);
  }
}

function played(...args) {
  const file = join(folder, "report.json");
  run("client", ...args, "--report", `json=${file}`, "--quiet");
  return JSON.parse(readFileSync(file, "utf8"));
}

/** The page of a report, with counts that fit what was made of its rows. */
function rendered(name, report, exit) {
  const count = (rows, by, counts) => {
    for (const key of Object.keys(counts)) counts[key] = rows.filter((row) => by(row) === key).length;
  };
  const { summary } = report;
  const own = report.cases.filter((row) => !row.id.startsWith("ambient/"));
  count(report.rules, (row) => row.verdict, summary.rules);
  const { not_applicable } = summary.cases;
  count(own, (row) => row.verdict, summary.cases);
  Object.assign(summary.cases, { selected: own.length, not_applicable });
  summary.examples = own.reduce((sum, row) => sum + row.examples, 0);
  summary.exit = exit;
  const [file, page] = [join(folder, `${name}.json`), join(folder, `${name}.html`)];
  writeFileSync(file, JSON.stringify(report));
  run("report", "render", file, `html=${page}`);
  return { name, report, url: pathToFileURL(page).href, bytes: statSync(page).size };
}

const same = (one) => (other) => one.id === other.id && one.profile === other.profile && one.role === other.role;

/** A passing run in which everything went wrong that went wrong for one of the mutants. */
function failing(passing) {
  const report = structuredClone(passing);
  for (const mutant of MUTANTS) {
    const broken = played("--mutant", mutant);
    for (const row of broken.rules.filter((row) => row.verdict === "violated")) {
      report.rules.splice(report.rules.findIndex(same(row)), 1, row);
    }
    for (const row of broken.cases.filter((row) => row.verdict !== "pass")) {
      const at = report.cases.findIndex(same(row));
      if (at < 0) report.cases.push(row);
      else report.cases.splice(at, 1, row);
    }
  }
  return report;
}

/** As many cases as asked for, each with an id of its own. */
function multiplied(report, cases) {
  const rows = Array.from({ length: cases }, (_, at) => {
    const row = report.cases[at % report.cases.length];
    const round = Math.floor(at / report.cases.length);
    return round ? { ...row, id: `${row.id}-${round}` } : row;
  });
  return { ...structuredClone(report), cases: rows };
}

/** The same with a client's text wherever a client has a say. */
function said(report, text) {
  const hostile = structuredClone(report);
  Object.assign(hostile.impl, { name: text, version: text, lang: text });
  hostile.notes.push(text);
  for (const row of hostile.rules) if (row.why) row.why = text;
  for (const row of hostile.cases.filter((row) => row.failures)) {
    row.stderr = text;
    for (const failure of row.failures) {
      Object.assign(failure, { got: text, wanted: text });
      failure.differences = [{ at: text, wanted: text, got: text }];
    }
    for (const arrow of row.exchange ?? []) {
      Object.assign(arrow, { label: text, note: text });
      if (arrow.raw?.text) arrow.raw.text = text;
    }
  }
  return hostile;
}

/** All pages by name: `passing`, `failing`, `large` with 1,000 cases, `hostile`, and two of both the first. */
export function pages() {
  const passing = played();
  const broken = failing(passing);
  return {
    passing: rendered("passing", passing, 0),
    failing: rendered("failing", broken, 1),
    large: rendered("large", multiplied(passing, 1000), 0),
    hostile: rendered("hostile", said(broken, HOSTILE), 1),
    matrix: ofTwo("matrix", "matrix"),
    compare: ofTwo("compare", "compare"),
  };
}

/** Two clients side by side, and what changed from one to the other. */
function ofTwo(name, ...args) {
  const page = join(folder, `${name}.html`);
  run("report", ...args, join(folder, "passing.json"), join(folder, "failing.json"), "--report", `html=${page}`);
  return { name, url: pathToFileURL(page).href };
}

/** Takes the folder away. */
export function removed() {
  rmSync(folder, { recursive: true, force: true });
}
