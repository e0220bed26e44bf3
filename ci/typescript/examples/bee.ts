/**
 * A calculator bee: it asks what 2 + 3 is, lends the model a tool to find out, and prints what comes back.
 */

import { ThrumClient } from "../thrum/index.js";

const sid = "calculator-1";
const client = new ThrumClient({
  hello: { bee: "calculator", version: "1.0.0", source: "examples/bee.ts" },
  reconnect: true,
});

client.tool({
  name: "add",
  description: "Adds two numbers",
  input_schema: {
    type: "object",
    properties: { a: { type: "number" }, b: { type: "number" } },
    required: ["a", "b"],
  },
  run: (args) => {
    const { a, b } = args as { a: number; b: number };
    return { sum: a + b };
  },
});
client.onPermission(() => "allow");
client.on(sid, ({ chi, part }) => {
  if (chi === "chunk") process.stdout.write((part as { text?: string } | undefined)?.text ?? "");
});
client.onConnect(() => client.prompt({ sid, text: "What is 2 + 3?", tools: ["add"] }));

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => client.close());
await client.run();
