// What a page can do beyond being read: dark or light, a filter, links into folded parts, and lines to copy. Without
// it everything is there, and what would do nothing is not shown.
"use strict";

const root = document.documentElement;
root.classList.add("ready");
const KEPT = "thrum-conform theme";

/** Storage may be forbidden: then a choice lasts as long as the page. */
function kept(choice) {
  try {
    if (choice) localStorage.setItem(KEPT, choice);
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

const chosen = kept();
if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;

document.addEventListener("DOMContentLoaded", () => {
  dark(document.getElementById("dark"));
  const filter = document.getElementById("filter");
  const clear = filter ? filtered(filter) : () => {};
  document.addEventListener("click", copy);
  window.addEventListener("hashchange", () => show(clear));
  window.addEventListener("beforeprint", unfold);
  window.addEventListener("afterprint", fold);
  show(clear);
});

function dark(button) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const tell = () => button.setAttribute("aria-pressed", String(isDark()));
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    kept(root.dataset.theme);
    tell();
  });
  system.addEventListener("change", tell);
  tell();
}

/** Hides what was not asked for; gives what shows everything again. */
function filtered(form) {
  const [text, section, level, verdict] = ["text", "section", "level", "verdict"].map((by) =>
    document.getElementById(`by-${by}`),
  );
  const items = [...document.querySelectorAll(".item")];
  const groups = [...document.querySelectorAll(".group, .part, details.section")];
  const remarks = [...document.querySelectorAll(".remark, .aside")];
  const found = document.getElementById("found");
  const words = new Map();
  const said = (item) => {
    if (!words.has(item)) words.set(item, item.textContent.toLowerCase());
    return words.get(item);
  };
  const apply = () => {
    const wanted = text.value.trim().toLowerCase().split(/\s+/);
    const asks = Boolean(text.value.trim() || section.value || level.value || verdict.value);
    const count = { rule: 0, case: 0 };
    for (const item of items) {
      const { kind } = item.dataset;
      const fits =
        (!section.value || item.dataset.section === section.value) &&
        (!level.value || item.dataset.level === level.value) &&
        (!verdict.value || item.dataset.verdict === verdict.value) &&
        wanted.every((word) => said(item).includes(word));
      item.hidden = !fits;
      if (fits) count[kind] += 1;
    }
    for (const remark of remarks) remark.hidden = asks && remark.dataset.verdict !== (verdict.value || null);
    for (const group of groups) {
      group.hidden = asks && !group.querySelector(".item:not([hidden]), .remark:not([hidden])");
      if (group.matches("details")) {
        group.dataset.was ??= String(group.open);
        group.open = asks ? !group.hidden : group.dataset.was === "true";
        if (!asks) delete group.dataset.was;
      }
    }
    const { rules, cases } = found.dataset;
    const counted = [[count.rule, rules, "rules"], [count.case, cases, "cases"]].filter(([, all]) => all);
    found.value = counted.map(([some, all, what]) => `${asks ? `${some} of ` : ""}${all} ${what}`).join(", ");
  };
  let soon = 0;
  text.addEventListener("input", () => {
    clearTimeout(soon);
    soon = setTimeout(apply, 120);
  });
  form.addEventListener("change", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  const clear = () => {
    for (const field of [text, section, level, verdict]) field.value = "";
    apply();
  };
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    clear();
    text.focus();
  });
  if (text.value || section.value || level.value || verdict.value) apply();
  return clear;
}

/** Brings what the address names into view, unfolded. */
function show(clear) {
  const id = decodeURIComponent(location.hash.slice(1));
  const target = id && document.getElementById(id);
  if (!target || target.id === "main") return;
  if (target.closest("[hidden]")) clear();
  for (let at = target; at; at = at.parentElement) if (at.localName === "details") at.open = true;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "start" });
}

async function copy(event) {
  const button = event.target.closest(".copy");
  if (!button) return;
  const line = button.parentElement.querySelector("code");
  let done = "Copied";
  try {
    await navigator.clipboard.writeText(line.textContent);
  } catch {
    // without the permission the line is selected, and copied the old way where that works
    getSelection().selectAllChildren(line);
    if (!document.execCommand("copy")) done = "Selected: press Ctrl+C";
  }
  button.textContent = done;
  document.getElementById("said").textContent = done;
  setTimeout(() => (button.textContent = "Copy"), 3000);
}

/** On paper everything is unfolded. */
function unfold() {
  for (const part of document.querySelectorAll("details:not([open])")) {
    part.dataset.folded = "";
    part.open = true;
  }
}

function fold() {
  for (const part of document.querySelectorAll("details[data-folded]")) {
    delete part.dataset.folded;
    part.open = false;
  }
}
