import { useEffect, useState } from "preact/hooks";

let isLost = false;
const listeners = new Set<(isLost: boolean) => void>();

/** Notes that the host answered, whatever it said. */
export function noteAnswer(): void {
  set(false);
}

/** Notes that nothing answered. */
export function noteSilence(): void {
  set(true);
}

function set(now: boolean): void {
  if (now === isLost) return;
  isLost = now;
  for (const listener of [...listeners]) listener(now);
}

/** Calls back when the connection is lost or there again; gives the function that ends it. */
export function watchConnection(listener: (isLost: boolean) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether the host does not answer. */
export function useIsLost(): boolean {
  const [lost, setLost] = useState(isLost);
  useEffect(() => watchConnection(setLost), []);
  return lost;
}
