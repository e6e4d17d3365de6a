/** The certified models of the NIST datasets with their derivatives; knows no data. */

/** Value of a model at one point, and its derivatives by b1, b2, … */
export type NistModel = (
  b: Float64Array,
  x: readonly number[],
) => readonly [value: number, gradient: readonly number[]];

const { exp, log } = Math;

const growth: NistModel = ([b1 = 0, b2 = 0], [x = 0]) => {
  const decay = exp(-b2 * x);
  return [b1 * (1 - decay), [1 - decay, b1 * x * decay]];
};

const cubicOverCubic: NistModel = (b, [x = 0]) => {
  const [b1 = 0, b2 = 0, b3 = 0, b4 = 0, b5 = 0, b6 = 0, b7 = 0] = b;
  const below = 1 + x * (b5 + x * (b6 + x * b7));
  const y = (b1 + x * (b2 + x * (b3 + x * b4))) / below;
  const powers = [1, x, x ** 2, x ** 3];
  return [
    y,
    [
      ...powers.map((power) => power / below),
      ...powers.slice(1).map((power) => (-y * power) / below),
    ],
  ];
};

/** Models by dataset name. */
export const nistModels: Readonly<Record<string, NistModel>> = {
  BoxBOD: growth,
  Misra1a: growth,
  Hahn1: cubicOverCubic,
  Thurber: cubicOverCubic,
  Chwirut1: ([b1 = 0, b2 = 0, b3 = 0], [x = 0]) => {
    const below = b2 + b3 * x;
    const y = exp(-b1 * x) / below;
    return [y, [-x * y, -y / below, (-x * y) / below]];
  },
  DanWood: ([b1 = 0, b2 = 0], [x = 0]) => [b1 * x ** b2, [x ** b2, b1 * x ** b2 * log(x)]],
  Eckerle4: ([b1 = 0, b2 = 0, b3 = 0], [x = 0]) => {
    const z = (x - b3) / b2;
    const bell = exp(-(z ** 2) / 2) / b2;
    return [b1 * bell, [bell, (b1 * bell * (z ** 2 - 1)) / b2, (b1 * bell * z) / b2]];
  },
  Gauss1: (b, [x = 0]) => {
    const [b1 = 0, b2 = 0, b3 = 0, b4 = 0, b5 = 0, b6 = 0, b7 = 0, b8 = 0] = b;
    const decay = exp(-b2 * x);
    const z = (x - b4) / b5;
    const first = exp(-(z ** 2));
    const w = (x - b7) / b8;
    const second = exp(-(w ** 2));
    return [
      b1 * decay + b3 * first + b6 * second,
      [
        decay,
        -b1 * x * decay,
        first,
        (2 * b3 * first * z) / b5,
        (2 * b3 * first * z ** 2) / b5,
        second,
        (2 * b6 * second * w) / b8,
        (2 * b6 * second * w ** 2) / b8,
      ],
    ];
  },
  Lanczos3: (b, [x = 0]) => {
    const [b1 = 0, b2 = 0, b3 = 0, b4 = 0, b5 = 0, b6 = 0] = b;
    const [p, q, r] = [exp(-b2 * x), exp(-b4 * x), exp(-b6 * x)];
    return [b1 * p + b3 * q + b5 * r, [p, -b1 * x * p, q, -b3 * x * q, r, -b5 * x * r]];
  },
  MGH09: ([b1 = 0, b2 = 0, b3 = 0, b4 = 0], [x = 0]) => {
    const below = x ** 2 + x * b3 + b4;
    const ratio = (x ** 2 + x * b2) / below;
    return [
      b1 * ratio,
      [ratio, (b1 * x) / below, (-b1 * ratio * x) / below, (-b1 * ratio) / below],
    ];
  },
  MGH17: ([b1 = 0, b2 = 0, b3 = 0, b4 = 0, b5 = 0], [x = 0]) => {
    const [p, q] = [exp(-x * b4), exp(-x * b5)];
    return [b1 + b2 * p + b3 * q, [1, p, q, -b2 * x * p, -b3 * x * q]];
  },
  Misra1c: ([b1 = 0, b2 = 0], [x = 0]) => {
    const below = 1 + 2 * b2 * x;
    return [b1 * (1 - below ** -0.5), [1 - below ** -0.5, b1 * x * below ** -1.5]];
  },
  // Of log[y].
  Nelson: ([b1 = 0, b2 = 0, b3 = 0], [x1 = 0, x2 = 0]) => {
    const decay = exp(-b3 * x2);
    return [b1 - b2 * x1 * decay, [1, -x1 * decay, b2 * x1 * x2 * decay]];
  },
  Rat42: ([b1 = 0, b2 = 0, b3 = 0], [x = 0]) => {
    const odds = exp(b2 - b3 * x);
    const share = 1 / (1 + odds);
    return [b1 * share, [share, -b1 * share ** 2 * odds, b1 * share ** 2 * odds * x]];
  },
};
