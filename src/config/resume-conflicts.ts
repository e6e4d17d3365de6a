/** The former place of the resumable keys. */
export { RESUMABLE_KEYS } from "./resumable-keys.ts";
