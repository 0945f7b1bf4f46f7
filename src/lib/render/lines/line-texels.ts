/** Numbers a line takes: query, key, head, weight. */
export const lineStride = 4;

/** Width of the texture; its height is limited to 8,192 where drawing is done in software, which makes 8 million lines. */
export const linesPerRow = 1024;

const rowLength = linesPerRow * lineStride;

/** Lines for a shader to look up, a texel a line. Grows by doubling, so that the texture it is for is rarely made anew. */
export class LineTexels {
  count = 0;
  #data = new Float32Array(rowLength);
  #used = this.#data;

  clear(): void {
    this.count = 0;
  }

  /** Copies the line that begins at `at`. */
  add(lines: Float32Array, at: number): void {
    const to = this.count++ * lineStride;
    if (to === this.#data.length) {
      const larger = new Float32Array(to * 2);
      larger.set(this.#data);
      this.#data = larger;
    }
    for (let i = 0; i < lineStride; i++) this.#data[to + i] = lines[at + i]!;
  }

  /** The rows in use, rounded up to a power of two: the same array while it is the same rows. */
  get rows(): Float32Array {
    const length = rowLength * 2 ** Math.ceil(Math.log2(Math.max(1, this.count / linesPerRow)));
    if (this.#used.buffer !== this.#data.buffer || this.#used.length !== length)
      this.#used = this.#data.subarray(0, length);
    return this.#used;
  }
}
