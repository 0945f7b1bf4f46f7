/** bfloat16 bits as float32, exactly: they are the upper half of its bits. */
export function fromBfloat16(bits: Uint16Array): Float32Array {
  const wide = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) wide[i] = bits[i]! << 16;
  return new Float32Array(wide.buffer);
}

/** float16 bits of numbers. Exact for numbers that were decoded from float16; others are truncated. */
export function toFloat16(numbers: Float32Array): Uint16Array {
  const wide = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  return Uint16Array.from(wide, (bits) => {
    const sign = (bits >>> 16) & 0x8000;
    const fraction = bits & 0x7fffff;
    const exponent = ((bits >>> 23) & 0xff) - 112;
    if (exponent >= 31) return sign | 0x7c00 | (fraction >>> 13);
    if (exponent > 0) return sign | (exponent << 10) | (fraction >>> 13);
    return exponent < -10 ? sign : sign | ((fraction | 0x800000) >>> (14 - exponent));
  });
}
