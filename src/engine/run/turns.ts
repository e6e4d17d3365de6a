/** One queue for all programs: they share variables, so calls run one after another, in the order they were made. */

let last: Promise<unknown> = Promise.resolve();

const settled = (): void => undefined;

/** Does some work when all work handed over before has ended, well or badly. */
export function inTurn<T>(work: () => T | Promise<T>): Promise<T> {
  const result = last.then(work);
  last = result.then(settled, settled);
  return result;
}
