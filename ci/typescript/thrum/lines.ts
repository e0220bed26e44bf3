/** Bytes to lines: only 0x0A separates, wherever reads end, and a line has any length (WIRE.md, Framing). */
export class LineSplitter {
  #partial: Buffer[] = [];

  /** The lines that `chunk` completes, without their LF. */
  *push(chunk: Buffer): Generator<Buffer, void> {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      this.#partial.push(chunk.subarray(start, end));
      const line = Buffer.concat(this.#partial);
      this.#partial = [];
      start = end + 1;
      yield line;
    }
    if (start < chunk.length) this.#partial.push(chunk.subarray(start));
  }
}
