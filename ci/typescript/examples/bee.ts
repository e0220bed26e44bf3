/**
 * A whole bee: it offers a tool, answers what it is asked, and asks once on each connection.
 *
 * `node dist/examples/bee.js` runs it against the daemon of this machine until it is interrupted.
 */

import { ThrumClient } from "../thrum/index.js";

const sid = "hum-calculator";
const numbers = { a: { type: "number" }, b: { type: "number" } };
const client = new ThrumClient({ hello: { bee: "calculator", version: "1.0.0" }, reconnect: true });

client.tool({
  name: "add",
  description: "Adds two numbers",
  input_schema: { type: "object", properties: numbers, required: ["a", "b"] },
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
