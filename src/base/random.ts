/** Seeded random streams with names, so that adding a draw in one place never changes another; knows nothing of RL. */

/** A stream of uniform draws. The same seed and name give the same numbers on every machine. */
export interface Rng {
  /** Uniform in [0, 1), 53 random bits. */
  uniform(): number;
  /** Uniform integer in [0, bound), without modulo bias. */
  below(bound: number): number;
  /** Standard normal draw (polar method). */
  normal(): number;
  /** An independent stream, a function of this stream's identity and the name alone. */
  stream(name: string): Rng;
}

const UINT32 = 0x1_0000_0000;

/** FNV-1a over UTF-16 code units, finished by MurmurHash3's mixer: spreads a name over 32 bits. */
function hashName(name: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < name.length; i += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193) >>> 0;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * Makes a random stream from a seed and a name.
 *
 * The generator is sfc32 (128 bits of state, passes PractRand), warmed up by 16 draws.
 *
 * @param seed - integer; only its low 32 bits count.
 * @param name - which stream of the seed, such as `"bootstrap"`.
 */
export function makeRng(seed: number, name = "root"): Rng {
  const root = seed >>> 0;
  let a = hashName(name, root);
  let b = hashName(name, a);
  let c = hashName(name, b);
  let counter = 1;
  let spare: number | undefined;

  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 16; i += 1) next();

  const uniform = (): number => ((next() >>> 5) * 0x400_0000 + (next() >>> 6)) / 2 ** 53;
  return {
    uniform,
    below(bound) {
      let draw = next();
      // A draw beyond the last whole multiple of the bound would favour small results; most lie far below it.
      if (draw >= UINT32 - bound) {
        const limit = UINT32 - (UINT32 % bound);
        while (draw >= limit) draw = next();
      }
      return draw % (bound >>> 0); // both known to be unsigned: an integer division, not a floating-point one
    },
    normal() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      for (;;) {
        const u = 2 * uniform() - 1;
        const v = 2 * uniform() - 1;
        const square = u * u + v * v;
        if (square > 0 && square < 1) {
          const scale = Math.sqrt((-2 * Math.log(square)) / square);
          spare = v * scale;
          return u * scale;
        }
      }
    },
    stream: (child) => makeRng(root, `${name}/${child}`),
  };
}
