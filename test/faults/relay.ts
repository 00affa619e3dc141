import { type AddressInfo, connect, createServer, type NetConnectOpts, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import type { Machine } from "../doctor-real/network.ts";
import { readLines } from "./switch.ts";

/**
 * Lets a machine of a network serve what a port of this one serves. Namespaces share files, so a socket in a folder is
 * the way between: `bun relay.ts ADDRESS PORT SOCKET` runs at its other end, on the machine.
 */
export async function startRelay(at: Machine, port: number, served: number, socket: string) {
  const inner = createServer((client) => join(client, { host: "127.0.0.1", port: served }));
  await new Promise<void>((resolve) => inner.listen(socket, resolve));
  const program = fileURLToPath(import.meta.url);
  const command = [...at.within, process.execPath, program, at.address, `${port}`, socket];
  const child = Bun.spawn(command, { stdin: "pipe", stdout: "pipe", stderr: "inherit" });
  await readLines(child.stdout).next();
  return {
    async stop() {
      child.kill();
      await child.exited;
      inner.close();
    },
  };
}

function join(client: Socket, where: NetConnectOpts): void {
  const server = connect(where);
  client.pipe(server);
  server.pipe(client);
  client.on("error", () => server.destroy());
  server.on("error", () => client.destroy());
}

if (import.meta.main) {
  const [address = "", port = "", path = ""] = process.argv.slice(2);
  // Whoever started it may end without a word.
  process.stdin.on("end", () => process.exit()).resume();
  const outer = createServer((client) => join(client, { path }));
  outer.listen(Number(port), address, () => console.log((outer.address() as AddressInfo).port));
}
