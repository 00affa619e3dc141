/** Resolves at the first Ctrl+C or SIGTERM. */
export function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}

/** Does something at each SIGHUP. Gives a function that ends that; Windows, where it means a closed console, has none. */
export function onHangup(work: () => void): () => void {
  if (process.platform === "win32") return () => {};
  process.on("SIGHUP", work);
  return () => void process.off("SIGHUP", work);
}
