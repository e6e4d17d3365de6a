/** Looks at the tensors that a case makes, of which programs hand out the elements only. */
import type { Case } from "./cases.ts";

/** The case, and the element types and shapes that its last run gave. */
export function watched(one: Case): { readonly one: Case; readonly kinds: () => string } {
  let kinds = "";
  const run: Case["run"] = (x) => {
    const results = one.run(x);
    kinds = [results]
      .flat()
      .map(({ dtype, shape }) => `${dtype}[${shape.join()}]`)
      .join();
    return results;
  };
  return { one: { ...one, run }, kinds: () => kinds };
}
