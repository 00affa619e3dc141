/**
 * Below the ports that systems give to whoever asks for any, so that nobody is given it while the one that it is for is
 * down; above those that documents and settings name.
 */
const [LOWEST_PORT, HIGHEST_PORT] = [20_000, 32_767];

/** A TCP port that nothing listens on, and that stays free for a server that is down for a while. */
export function freePort(): number {
  for (;;) {
    const port = LOWEST_PORT + Math.floor(Math.random() * (HIGHEST_PORT - LOWEST_PORT));
    try {
      Bun.listen({ hostname: "0.0.0.0", port, socket: { data() {} } }).stop(true);
      return port;
    } catch {
      // Taken; the next one may not be.
    }
  }
}
