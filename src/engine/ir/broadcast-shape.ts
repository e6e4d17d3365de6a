/** Shapes of element-wise results; knows no operator. */
import type { Shape } from "./graph.ts";

/** The shape to which all the shapes broadcast, or undefined if there is none. */
export function broadcastShape(shapes: readonly Shape[]): Shape | undefined {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = Array.from({ length: rank }, () => 1);
  for (const shape of shapes) {
    const offset = rank - shape.length;
    for (const [axis, length] of shape.entries()) {
      const there = result[offset + axis];
      if (length === 1 || length === there) continue;
      if (there !== 1) return undefined;
      result[offset + axis] = length;
    }
  }
  return result;
}
