import type { ActivationListener } from "./http.ts";

/** A listener that can go to another port while it serves. */
export interface MovableListener extends ActivationListener {
  /**
   * Opens the port (0 takes a free one), then closes the old one, whose accepted requests are still answered. Throws
   * what opening throws, and keeps the old port.
   */
  move(port: number): Promise<void>;
}

/** Listens by `open` on a port, and later on others. */
export async function listenMovably(
  open: (port: number) => Promise<ActivationListener>,
  port: number,
): Promise<MovableListener> {
  let current = await open(port);
  const closing = new Set<Promise<void>>();
  return {
    get port() {
      return current.port;
    },
    get url() {
      return current.url;
    },
    renew: (certificate) => current.renew(certificate),
    async move(to) {
      const old = current;
      current = await open(to);
      const closed = old.stop().finally(() => closing.delete(closed));
      closing.add(closed);
    },
    async stop() {
      await Promise.all([current.stop(), ...closing]);
    },
  };
}
