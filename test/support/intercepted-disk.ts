/** A disk that asks first: every operation is announced before it is done. */
import type { FileSystem } from "../../src/base/file-system.ts";

/** @param before - is given the operation's name and its path, or "" where it has a descriptor; it may throw. */
export function interceptedDisk(
  inner: FileSystem,
  before: (operation: keyof FileSystem, path: string) => void,
): FileSystem {
  const announced = <T>(operation: keyof FileSystem, path: string, run: () => T): T => {
    before(operation, path);
    return run();
  };
  return {
    status: (path) => announced("status", path, () => inner.status(path)),
    isSame: (path, other) => announced("isSame", path, () => inner.isSame(path, other)),
    isLink: (path) => announced("isLink", path, () => inner.isLink(path)),
    list: (path) => announced("list", path, () => inner.list(path)),
    readFile: (path) => announced("readFile", path, () => inner.readFile(path)),
    makeDirectory: (path) => announced("makeDirectory", path, () => inner.makeDirectory(path)),
    open: (path, mode) => announced("open", path, () => inner.open(path, mode)),
    write: (descriptor, bytes) => announced("write", "", () => inner.write(descriptor, bytes)),
    sync: (descriptor) => announced("sync", "", () => inner.sync(descriptor)),
    close(descriptor) {
      // A descriptor is gone even where close reports a failure.
      inner.close(descriptor);
      before("close", "");
    },
    rename: (from, to) => announced("rename", from, () => inner.rename(from, to)),
    link: (existing, path) => announced("link", existing, () => inner.link(existing, path)),
    syncDirectory: (path) => announced("syncDirectory", path, () => inner.syncDirectory(path)),
    truncate: (path, size) => announced("truncate", path, () => inner.truncate(path, size)),
    remove: (path) => announced("remove", path, () => inner.remove(path)),
    removeDirectory: (path) =>
      announced("removeDirectory", path, () => inner.removeDirectory(path)),
  };
}
