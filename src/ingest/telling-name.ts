/** Names that make a table a training log beyond doubt; knows no format. */

const TELLING =
  /(?:^|[\s/_.-])(?:global_)?(?:step|iteration|entropy|reward|score|loss)(?:$|[\s/_.-])/i;

/** Whether a column of this name is what only a training log has: `step`, `actor/entropy`, `reward_mean`. */
export const isTellingName = (name: string): boolean => TELLING.test(name);
