/**
 * Takes no new connection, and resolves when the last answer is out. Connections that have begun no whole request are
 * ended then: Bun alone would wait for them as long as it gives a request to begin, 12 s.
 */
export async function endServer(
  server: Pick<Bun.Server<unknown>, "stop" | "pendingRequests">,
): Promise<void> {
  const stopped = server.stop();
  while (server.pendingRequests > 0) await Bun.sleep(1);
  await server.stop(true);
  await stopped;
}
