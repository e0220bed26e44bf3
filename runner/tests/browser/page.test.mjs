// The pages of reports in a real browser: they work at each width, in the dark and the light, by keyboard, on paper and
// without a script; and nothing that a client wrote does anything in them.
//
//   npm ci && node --test        with chromium installed, and the program built with `cargo build --release`
//   SHOTS=FOLDER node --test     keeps pictures, to be looked at

import assert from "node:assert/strict";
import { accessSync, constants, mkdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import { HOSTILE, pages, removed } from "./reports.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = process.env.SHOTS;

/** The sizes that the pages are made for. */
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 380, height: 800 };

let browser;
let page;
let all;

/** The browser of the system; nothing is downloaded. */
function installed() {
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    for (const folder of process.env.PATH.split(delimiter)) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        // another one may be there
      }
    }
  }
  throw new Error("chromium is missing (hint: `apt-get install chromium`)");
}

before(async () => {
  all = pages();
  browser = await chromium.launch({ executablePath: installed() });
  if (shots) mkdirSync(shots, { recursive: true });
});

after(async () => {
  await browser?.close();
  removed();
});

/** Opens a page and does something there; nothing may be loaded, said on the console, or wider than the window. */
async function opened(name, options, act, fragment = "") {
  const context = await browser.newContext({ viewport: WIDE, colorScheme: "light", ...options });
  const faults = [];
  try {
    page = await context.newPage();
    page.on("console", (message) => faults.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
    page.on("request", (request) => {
      if (request.url().split("#")[0] !== all[name].url) faults.push(`request: ${request.url()}`);
    });
    await page.goto(all[name].url + fragment);
    await act(page, context);
    if (options.javaScriptEnabled !== false) {
      const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(content <= window, `the page is ${content} wide in a window of ${window}`);
    }
    assert.deepEqual(faults, []);
  } finally {
    await context.close();
  }
}

/** Counts what is shown of the rules and the cases. */
const shown = async () => [
  await page.locator(".rule:not([hidden])").count(),
  await page.locator(".case:not([hidden])").count(),
];

/** The case with this address. */
const folded = (id) => page.locator(".case", { has: page.locator(`[id="${id}"]`) });

const found = () => page.locator("#found").textContent();

/** What axe finds, with some of the places. */
async function accessible() {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html)}`);
  });
}

async function pictured(name) {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`) });
}

describe("each page", () => {
  for (const name of ["passing", "failing"]) {
    for (const [size, viewport] of Object.entries({ wide: WIDE, narrow: NARROW })) {
      for (const colorScheme of ["light", "dark"]) {
        test(`${name}, ${size}, ${colorScheme}: has no fault that axe finds`, () =>
          opened(name, { viewport, colorScheme }, async () => {
            await pictured(`${name}-${size}-${colorScheme}`);
            // what is folded is looked at too; of what is alike some is enough
            await page.evaluate(() => {
              for (const more of document.querySelectorAll(".case:nth-of-type(n+4), .part:nth-of-type(n+3)")) more.remove();
              for (const part of document.querySelectorAll("details")) part.open = true;
            });
            assert.deepEqual(await accessible(), []);
          }));
      }
    }
  }

  test("is looked at by an axe that finds what is there", () =>
    opened("passing", {}, async () => {
      await page.evaluate(() => {
        document.querySelectorAll(".item").forEach((item) => item.remove());
        document.getElementById("dark").setAttribute("aria-pressed", "perhaps");
      });
      assert.match((await accessible()).join("\n"), /aria-valid-attr-value/);
    }));

  test("says first how the run ended, then what failed, then the rules", async () => {
    await opened("failing", {}, async () => {
      const heads = await page.locator("h1, main > section > h2:not(.aloud)").allTextContents();
      const words = heads.map((head) => head.replace(/[\d✗✓]/g, "").trim());
      assert.deepEqual(words, ["Not conformant", "Failed", "Warnings", "Rules", "The other cases"]);
    });
    await opened("passing", {}, async () => {
      assert.match(await page.locator("h1").textContent(), /✓\s+Conformant/);
      assert.equal(await page.locator(".trouble").count(), 0);
    });
  });
});

describe("clients side by side", () => {
  for (const [size, viewport] of Object.entries({ wide: WIDE, narrow: NARROW })) {
    test(`${size}: a rule unfolds, and the filter leaves what differs`, () =>
      opened("matrix", { viewport, colorScheme: size === "wide" ? "light" : "dark" }, async () => {
        await pictured(`matrix-${size}`);
        assert.deepEqual(await accessible(), []);
        const all = await page.locator("tr.rule").count();
        await page.selectOption("#by-verdict", "news");
        const news = page.locator("tr.rule:visible");
        const some = await news.count();
        assert.ok(some > 0 && some < all / 2, `${some} of ${all}`);
        assert.equal(await found(), `${some} of ${all} rules`);
        await news.first().locator("summary").click();
        assert.equal(await news.first().locator(".sentence").isVisible(), true);
        await pictured(`matrix-news-${size}`);
      }));

    test(`${size}: what changed is told, the worst first`, () =>
      opened("compare", { viewport }, async () => {
        await pictured(`compare-${size}`);
        assert.deepEqual(await accessible(), []);
        assert.match(await page.locator("h1").textContent(), /✗\s+Worse than before/);
        assert.match(await page.locator("h2").first().textContent(), /^Rules that are newly violated/);
      }));
  }
});

describe("a failure", () => {
  test("shows the rule, the difference, the wrong arrow, the steps, the bytes and how to run it again", () =>
    opened("failing", { viewport: NARROW }, async () => {
      const { id } = all.failing.report.cases.find(
        (row) => row.failures && row.exchange?.some((arrow) => arrow.wrong) && row.exchange.some((arrow) => arrow.raw?.hex),
      );
      const failure = folded(id);
      await failure.locator("> summary").click();
      const row = all.failing.report.cases.find((row) => row.id === id);
      await failure.getByText(row.failures[0].code, { exact: true }).waitFor();
      assert.equal(await failure.locator("blockquote .id").textContent(), row.failures[0].rule);
      assert.equal(await failure.locator("svg .wrong line").count(), 1);
      assert.ok((await failure.locator("svg .wrong .label").textContent()).startsWith("✗ "));
      assert.equal(await failure.locator(".rerun code").textContent(), `thrum-conform client --run ${id} --trace`);
      await failure.locator("summary", { hasText: "Steps of the case" }).click();
      assert.equal(await failure.locator(".steps li").count(), row.steps.length);
      await failure.locator("summary", { hasText: "Frames and events" }).click();
      assert.equal(await failure.locator(".frames > li").count(), row.exchange.length);
      await failure.locator(".bytes summary", { hasText: "not UTF-8" }).first().click();
      assert.match(await failure.locator(".bytes[open] pre").first().textContent(), /^0000 {2}7b 22 /);
      await failure.locator("svg").scrollIntoViewIfNeeded();
      await pictured("failure-narrow");
    }));

  test("is where its address leads, also from inside of a fold and behind a filter", async () => {
    const passed = all.failing.report.cases.find((row) => row.verdict === "pass" && row.role === "worker");
    const id = `${passed.id}@${passed.profile}.${passed.role}`;
    await opened("failing", {}, async () => {
      await folded(id).locator(".steps").waitFor();
      assert.equal(await page.evaluate(() => document.activeElement.id), id);
      await page.selectOption("#by-verdict", "failed");
      assert.equal(await folded(id).isVisible(), false);
      await page.locator(".rule:not([hidden]) .id").first().click();
      await page.evaluate((id) => (location.hash = id), id);
      await folded(id).locator(".steps").waitFor();
      assert.equal(await page.inputValue("#by-verdict"), "");
    }, `#${id}`);
    await opened("passing", {}, async () => {
      await page.locator("#FRAME-10 .sentence").waitFor();
      assert.equal(await page.evaluate(() => document.activeElement.id), "FRAME-10");
    }, "#FRAME-10");
  });

  test("gives the line to run it again, with the clipboard and without", async () => {
    const button = () => page.locator(".case[open] .copy").first();
    const line = () => page.locator(".case[open] .rerun code").first().textContent();
    await opened("failing", { permissions: ["clipboard-read", "clipboard-write"] }, async () => {
      await button().click();
      await page.locator("#said", { hasText: "Copied" }).waitFor({ state: "attached" });
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await line());
    });
    await opened("failing", {}, async () => {
      await page.evaluate(() => {
        navigator.clipboard.writeText = () => Promise.reject(new Error("denied"));
        document.execCommand = () => false;
      });
      await button().click();
      await page.locator("#said", { hasText: "Selected" }).waitFor({ state: "attached" });
      assert.equal(await page.evaluate(() => getSelection().toString()), await line());
    });
  });
});

describe("the filter", () => {
  test("finds by section, level, verdict and words, says how much, and lets go", () =>
    opened("failing", {}, async () => {
      const { report } = all.failing;
      const rules = new Set(report.rules.map((row) => row.id));
      const everything = [rules.size, report.cases.length];
      assert.deepEqual(await shown(), everything);
      const failed = report.cases.filter((row) => row.verdict === "fail").length;
      const violated = new Set(report.rules.filter((row) => row.verdict === "violated").map((row) => row.id)).size;
      await page.selectOption("#by-verdict", "failed");
      assert.deepEqual(await shown(), [violated, failed]);
      assert.equal(await found(), `${violated} of ${everything[0]} rules, ${failed} of ${everything[1]} cases`);
      assert.equal(await page.locator("#cases").isVisible(), false, "an empty part is not shown");
      await page.selectOption("#by-verdict", "");
      await page.selectOption("#by-section", "tools");
      const tools = new Set(report.rules.filter((row) => row.anchor === "tools").map((row) => row.id));
      assert.equal((await shown())[0], tools.size);
      await page.selectOption("#by-level", "MAY");
      assert.ok((await shown())[0] < tools.size);
      await page.getByRole("button", { name: "Clear" }).click();
      assert.deepEqual(await shown(), everything);
      await page.fill("#by-text", "FRAME-10 split");
      await page.waitForFunction((all) => !document.getElementById("found").value.startsWith(all), `${everything[0]} rules`);
      const [, cases] = await shown();
      assert.ok(cases > 0 && cases < 40, `${cases} cases`);
      await pictured("filter-wide");
      await page.fill("#by-text", "no such word anywhere");
      await page.waitForFunction(() => document.getElementById("found").value.startsWith("0 of "));
    }));
});

describe("people", () => {
  test("choose dark or light, and find it again", () =>
    opened("passing", { colorScheme: "dark" }, async () => {
      const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const button = page.getByRole("button", { name: "Dark" });
      const dark = await paper();
      assert.equal(await button.getAttribute("aria-pressed"), "true");
      await button.click();
      assert.equal(await button.getAttribute("aria-pressed"), "false");
      assert.notEqual(await paper(), dark);
      const light = await paper();
      await page.reload();
      assert.equal(await paper(), light);
      assert.equal(await button.getAttribute("aria-pressed"), "false");
    }));

  test("need no mouse", () =>
    opened("failing", {}, async () => {
      const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim());
      const order = [];
      for (let at = 0; at < 7; at += 1) {
        await page.keyboard.press("Tab");
        order.push(await focused());
      }
      assert.deepEqual(order, ["Skip to the content", "dark", "by-text", "by-section", "by-level", "by-verdict", "Clear"]);
      await page.keyboard.press("Tab");
      const first = page.locator(".trouble .case").first();
      assert.equal(await first.getAttribute("open"), "");
      await page.keyboard.press("Enter");
      assert.equal(await first.getAttribute("open"), null);
      await page.locator(".skip").focus();
      await page.keyboard.press("Enter");
      assert.equal(await focused(), "main");
      await page.keyboard.press("Tab");
      assert.equal(await focused(), "by-text");
    }));

  test("need no script", () =>
    opened("failing", { javaScriptEnabled: false, viewport: NARROW }, async () => {
      assert.equal(await page.locator(".scripted:visible").count(), 0);
      assert.equal(await page.getByRole("heading", { name: "Not conformant" }).isVisible(), true);
      const closed = page.locator(".trouble .case:not([open])").first();
      await closed.locator("> summary").click();
      assert.equal(await page.locator(".trouble .case[open] .rerun code:visible").count(), 2);
    }));

  for (const javaScriptEnabled of [true, false]) {
    test(`read it on paper, ${javaScriptEnabled ? "with" : "without"} a script`, () =>
      opened("failing", { javaScriptEnabled, colorScheme: "dark" }, async () => {
        await page.emulateMedia({ media: "print" });
        assert.equal(await page.locator("button:visible, input:visible, select:visible").count(), 0);
        const cases = page.locator(".trouble .case");
        const lines = cases.locator(".frames li");
        assert.ok((await lines.count()) > 10);
        for (const line of [lines.first(), lines.last(), page.locator(".part .steps li").first()]) {
          assert.ok(await line.isVisible(), "what is folded is printed");
        }
        if (javaScriptEnabled) {
          assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), "light");
        }
      }));
  }
});

test("nothing that a client wrote does anything", () =>
  opened("hostile", {}, async () => {
    for (const summary of await page.locator(".trouble .case > summary").all()) await summary.click();
    assert.equal(await page.locator("img, iframe, object, [onclick], [onerror]").count(), 0);
    assert.equal(await page.locator("script").count(), 1);
    assert.ok(!(await page.title()).startsWith("forged"));
    const text = HOSTILE.replace("\u001b", "\\u{1b}").replace("\u202e", "\\u{202e}");
    const said = await page.locator(".trouble .case pre", { hasText: "document.title" }).last().textContent();
    assert.ok(said.includes(text), said);
    assert.ok(!/[\u001b\u202e]/.test(await page.content()));
  }));

test("the policy stops a script that is not the page's own", () =>
  opened("passing", {}, async () => {
    const ran = await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "globalThis.forged = true";
      addEventListener("securitypolicyviolation", (event) => (globalThis.stopped = event.effectiveDirective));
      const quiet = document.body.appendChild(script);
      quiet.remove();
      return globalThis.forged === true;
    });
    assert.equal(ran, false);
    await page.waitForFunction(() => globalThis.stopped === "script-src-elem");
    // the browser says on its console what it stopped
  }).catch((error) => assert.match(error.message, /Content Security Policy/)));

test("a run of 1,000 cases opens at once", (t) =>
  opened("large", { viewport: NARROW }, async () => {
    const { interactive, loaded } = await page.evaluate(() => {
      const [entry] = performance.getEntriesByType("navigation");
      return { interactive: Math.round(entry.domInteractive), loaded: Math.round(entry.loadEventEnd) };
    });
    t.diagnostic(`${(all.large.bytes / 1e6).toFixed(2)} MB, interactive after ${interactive} ms, loaded after ${loaded} ms`);
    assert.ok(all.large.bytes < 3e6, `${all.large.bytes} bytes`);
    assert.equal((await shown())[1], 1000);
    await page.selectOption("#by-section", "framing");
    assert.match(await found(), /^\d+ of \d+ rules, \d+ of 1000 cases$/);
    await pictured("large-narrow");
  }));
