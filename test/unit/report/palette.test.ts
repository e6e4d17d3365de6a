import { describe, expect, test } from "vitest";
import {
  type ColourName,
  darkPalette,
  hues,
  lightPalette,
  quarters,
  textColours,
} from "../../../src/report/palette.ts";

type Rgb = readonly [number, number, number];

/** Linear light of a #rrggbb colour (IEC 61966-2-1). */
function linear(hex: string): Rgb {
  const channel = (at: number): number => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

const multiply = (m: readonly Rgb[], [r, g, b]: Rgb): Rgb => {
  const row = (i: number): number => m[i]![0] * r + m[i]![1] * g + m[i]![2] * b;
  return [row(0), row(1), row(2)];
};

const toXyz: readonly Rgb[] = [
  [0.4124564, 0.3575761, 0.1804375],
  [0.2126729, 0.7151522, 0.072175],
  [0.0193339, 0.119192, 0.9503041],
];

/** Contrast of two colours, WCAG 2.2. */
function contrast(a: string, b: string): number {
  const [high, low] = [a, b]
    .map((hex) => multiply(toXyz, linear(hex))[1])
    .toSorted((x, y) => y - x);
  return (high! + 0.05) / (low! + 0.05);
}

/** CIE L*a*b* under D65. */
function lab(rgb: Rgb): Rgb {
  const white = multiply(toXyz, [1, 1, 1]);
  const clip = (c: number): number => Math.min(1, Math.max(0, c));
  const f = multiply(toXyz, [clip(rgb[0]), clip(rgb[1]), clip(rgb[2])]).map((value, i) => {
    const t = value / white[i]!;
    return t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116;
  });
  return [116 * f[1]! - 16, 500 * (f[0]! - f[1]!), 200 * (f[1]! - f[2]!)];
}

/** Sight as matrices on linear light: Machado, Oliveira and Fernandes 2009, severity 1. */
const sights: Readonly<Record<string, readonly Rgb[]>> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const pairsOf = <T>(items: readonly T[]): Array<readonly [T, T]> =>
  items.flatMap((a, i) => items.slice(i + 1).map((b) => [a, b] as const));

describe.each([
  ["light", lightPalette],
  ["dark", darkPalette],
] as ReadonlyArray<readonly [string, Readonly<Record<ColourName, string>>]>)(
  "the %s palette",
  (_name, palette) => {
    const grounds = [palette.ground, palette.tint];

    test.each([...hues, ...quarters, "muted"] as ColourName[])(
      "draws %s at 3:1 or more on both grounds",
      (name) => {
        for (const ground of grounds)
          expect(contrast(palette[name], ground)).toBeGreaterThanOrEqual(3);
      },
    );

    test.each([...textColours, "law"] as ColourName[])(
      "writes %s at 4.5:1 or more on both grounds",
      (name) => {
        for (const ground of grounds)
          expect(contrast(palette[name], ground)).toBeGreaterThanOrEqual(4.5);
      },
    );

    test.each(Object.entries(sights))("tells all hues apart in %s", (_sight, matrix) => {
      for (const [a, b] of pairsOf(hues)) {
        const [p, q] = [a, b].map((name) => lab(multiply(matrix, linear(palette[name]))));
        expect(
          Math.hypot(p![0] - q![0], p![1] - q![1], p![2] - q![2]),
          `${a}, ${b}`,
        ).toBeGreaterThan(20);
      }
    });

    test("tells all hues apart in grey, and the quarters of a run in order", () => {
      const lightness = (name: ColourName): number => lab(linear(palette[name]))[0];
      for (const [a, b] of pairsOf(hues))
        expect(Math.abs(lightness(a) - lightness(b)), `${a}, ${b}`).toBeGreaterThan(6);
      const towards = Math.sign(lightness("ink") - lightness("ground"));
      const steps = quarters.map((name) => towards * lightness(name));
      for (let i = 1; i < steps.length; i += 1)
        expect(steps[i]! - steps[i - 1]!).toBeGreaterThan(8);
    });
  },
);

test("no two meanings share a light colour, since dark mode replaces colours by value", () => {
  const values = Object.values(lightPalette);
  expect(new Set(values).size).toBe(values.length);
});
