/** Lets everything that waits run first: long work on a host's thread stops here every few milliseconds. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
