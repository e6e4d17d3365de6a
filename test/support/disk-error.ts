/** The error that Node throws when an operation of the disk fails. */
export function diskError(code: string, operation: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: planted fault, ${operation}`), {
    code,
    syscall: operation,
  });
}
