import assert from "node:assert/strict";
import { test } from "node:test";
import { LineSplitter } from "../thrum/lines.js";

const read = (chunks: Buffer[]) => {
  const lines = new LineSplitter();
  return chunks.flatMap((chunk) => [...lines.push(chunk)].map(String));
};

test("it makes no difference where reads end", () => {
  const bytes = Buffer.from("é😀\n\n\u2028 \r\n\u0085\nhalf");
  const wanted = ["é😀", "", "\u2028 \r", "\u0085"];
  for (let size = 1; size <= bytes.length; size++) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
      bytes.subarray(n * size, (n + 1) * size),
    );
    assert.deepEqual(read(chunks), wanted, `${size} bytes at a time`);
  }
});
