/** Numbers that a program in any language can make again bit for bit: a hash of (stream, index), no state. */

/** MurmurHash3's finisher. */
function mix(value: number): number {
  let hash = value >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Uniform numbers in [0, 1) with 24 bits, exact in float32. */
export function uniforms(stream: number, length: number): Float64Array {
  const start = mix(stream + 0x9e3779b9);
  return Float64Array.from({ length }, (_, k) => (mix((start + k) >>> 0) >>> 8) / 2 ** 24);
}

/** Uniform float32 numbers with a standard deviation around a mean. */
export function spread(stream: number, length: number, deviation: number, mean = 0): Float32Array {
  const half = Math.fround(Math.sqrt(3) * deviation);
  return Float32Array.from(uniforms(stream, length), (u) => mean + (2 * u - 1) * half);
}

/** Integers in [0, bound). */
export function integersBelow(stream: number, length: number, bound: number): Int32Array {
  return Int32Array.from(uniforms(stream, length), (u) => Math.floor(u * bound));
}
