// Reads stdin with the parser of a format, and prints what it found as JSON. The tests of the reports call it.
//
//   node read.mjs html          a page: its faults, its elements, and what in it leads or loads
//   node read.mjs tap           Test Anything Protocol 14: the results, and every test point with its diagnostics
//   node read.mjs xsd SCHEMA    XML against a schema: the faults
//   node read.mjs yaml          a YAML document: its value

import { readFileSync } from "node:fs";
import { parse as parsePage } from "parse5";
import { Parser } from "tap-parser";
import { validateXML } from "xmllint-wasm";
import { parse } from "yaml";

const text = readFileSync(0, "utf8");

/** Every test point, those of subtests with the name of theirs; and all that is no TAP, which nothing may be. */
function tap() {
  const points = [];
  const noise = [];
  const listen = (parser, group) => {
    parser.on("assert", (point) => points.push({ group, ...point }));
    parser.on("extra", (line) => noise.push(line));
    parser.on("child", (child) => listen(child, child.name));
  };
  const parser = new Parser({ strict: true });
  listen(parser, null);
  let version = null;
  parser.on("version", (found) => (version = found));
  parser.end(text);
  const { ok, count, pass, fail, bailout, failures } = parser.results;
  return { version, ok, count, pass, fail, bailout, failures, points, noise };
}

async function xsd(schema) {
  const xml = [{ fileName: "report.xml", contents: text }];
  // a report with a line of 2 MiB is no reason to give up
  const { valid, errors } = await validateXML({ xml, schema: readFileSync(schema, "utf8"), maxMemoryPages: 8192 });
  return { valid, faults: errors.map((error) => error.rawMessage) };
}

/** How often each element and each attribute stands there, all ids, all links, and the text outside style and script. */
function html() {
  const faults = [];
  const [elements, attributes, ids, links, said] = [{}, {}, [], [], []];
  const walk = (node) => {
    if (node.tagName) elements[node.tagName] = (elements[node.tagName] ?? 0) + 1;
    for (const { name, value } of node.attrs ?? []) {
      attributes[name] = (attributes[name] ?? 0) + 1;
      if (name === "id") ids.push(value);
      if (["href", "src", "srcset", "action", "data", "poster", "xlink:href"].includes(name)) links.push(value);
    }
    if (node.nodeName === "#text" && !["style", "script"].includes(node.parentNode.nodeName)) said.push(node.value);
    node.childNodes?.forEach(walk);
  };
  walk(parsePage(text, { onParseError: (fault) => faults.push(`${fault.startLine}: ${fault.code}`) }));
  return { faults, elements, attributes, ids, links, text: said.join("") };
}

const readers = { html, tap, xsd, yaml: () => parse(text) };
const [format, ...rest] = process.argv.slice(2);
console.log(JSON.stringify(await readers[format](...rest)));
