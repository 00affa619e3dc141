import type { Command } from "commander";
import { formatTime } from "../../protocol/time.ts";
import { readCertificate } from "../../vendor/certificate.ts";
import { type Served, serveVendor } from "../../vendor/server.ts";
import { certificateFiles } from "../certificate-options.ts";
import { print } from "../output.ts";
import { wholeNumber } from "../settings.ts";
import { interrupted } from "../signals.ts";
import { type Common, verb, withVendor } from "./verb.ts";

interface ServeOptions extends Common {
  readonly address: string;
  readonly port: number;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly perMinute: number;
}

/** Adds `muster vendor serve`. */
export function addServe(group: Command): void {
  verb(
    group,
    "serve",
    "activate online, until Ctrl+C: hosts at POST /v1/hosts, machines with a MAK at POST /v1/maks",
    "the ledger, as approve does.\nUndo: an activation cannot be given back; muster vendor revoke KEY blocks further ones.",
  )
    .option("--address <address>", "the address to listen on", "127.0.0.1")
    .option("--port <port>", "the port; 0 takes a free one", wholeNumber(0, 65_535), 0)
    .option("--tls-cert <file>", "serve HTTPS: the certificate chain (PEM)")
    .option("--tls-key <file>", "serve HTTPS: its private key (PEM)")
    .option(
      "--per-minute <count>",
      "requests a minute that one address may make",
      wholeNumber(1, 1_000_000),
      60,
    )
    .action((options: ServeOptions) =>
      withVendor(options.data, async (vendor) => {
        const { address, port, perMinute, json } = options;
        const files = certificateFiles(options);
        const tls = files && readCertificate(files, Date.now());
        const log = (served: Served) =>
          print(json, { ...served, time: formatTime(served.time) }, line(served));
        const server = serveVendor(vendor, { address, port, tls, perMinute, clock: Date.now, log });
        print(json, { ready: true, url: server.url }, `Serving ${vendor.name} at ${server.url}`);
        if (!tls && !isLoopback(address)) {
          process.stderr.write(
            "muster: keys travel in the clear; give --tls-cert and --tls-key, or put a TLS proxy before it.\n",
          );
        }
        await interrupted();
        await server.stop();
      }),
    );
}

function isLoopback(address: string): boolean {
  return address === "localhost" || address === "::1" || address.startsWith("127.");
}

function line({ time, address, method, path, status, detail }: Served): string {
  return `${formatTime(time)}  ${address}  ${method} ${path}  ${status}  ${detail}`;
}
