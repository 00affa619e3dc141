import { describe, expect, onTestFinished, test } from "bun:test";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { acceptLicense, requestByFile } from "../src/host/activation.ts";
import { initHost } from "../src/host/folder.ts";
import { DAY } from "../src/protocol/time.ts";
import { createVendor } from "../src/vendor/create.ts";
import { makeFolder } from "./folders.ts";
import { muster, startHostProcess, until } from "./muster.ts";
import { musterIn, startVendorProcess } from "./vendor-process.ts";

/** Each test runs several processes, on a machine that others may keep busy. */
const LIMIT = 120_000;

/** A vendor with one product, a host key and a MAK, and a host of it; `ago` is how long before now, milliseconds. */
async function makePlace(ago = 0) {
  const work = makeFolder();
  const now = Date.now() - ago;
  const vendor = createVendor(join(work, "vendor"), "Contoso", now);
  vendor.addProduct({ name: "Desktop", application: "Suite" }, now);
  const { text: key } = vendor.hostKey({ application: "Suite" }, now);
  const { text: mak } = vendor.mak({ product: "Desktop", activations: 1 }, now);
  const host = join(work, "host");
  await initHost(host, "kms01", vendor.signedCatalogue());
  onTestFinished(() => vendor.close());
  return { work, vendor, key, mak, host, now };
}

/** A certificate for `vendor.test`, which no client trusts unless it is told to. */
async function makeCertificate(folder: string): Promise<{ cert: string; key: string }> {
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const made = Bun.spawn(
    [
      ...["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
      ...["-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=vendor.test"],
      ...["-addext", "subjectAltName=DNS:vendor.test"],
    ],
    { stdout: "ignore", stderr: "pipe" },
  );
  if ((await made.exited) !== 0) throw new Error(await new Response(made.stderr).text());
  return { cert, key };
}

/** A web proxy that leads every CONNECT to one port of this machine, or refuses it; gives what it was asked. */
async function startProxy(port: number, refusal?: string) {
  const asked: string[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", (head) => {
      const [line = ""] = head.toString().split("\r\n");
      asked.push(line);
      if (refusal !== undefined || !line.startsWith("CONNECT ")) {
        socket.end(`HTTP/1.1 ${refusal ?? "400 Bad Request"}\r\ncontent-length: 0\r\n\r\n`);
        return;
      }
      const onward = connect(port, "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
        socket.pipe(onward).pipe(socket);
      });
      onward.on("error", () => socket.destroy());
      socket.on("close", () => onward.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

describe("through the network's proxy and over TLS", () => {
  test(
    "a host and a machine with a MAK are activated",
    async () => {
      const { work, key, mak } = await makePlace();
      const certificate = await makeCertificate(work);
      const tls = ["--tls-cert", certificate.cert, "--tls-key", certificate.key];
      const served = await startVendorProcess(join(work, "vendor"), ...tls);
      const proxy = await startProxy(Number(new URL(served.url).port));
      const env = {
        HTTPS_PROXY: proxy.url,
        NODE_EXTRA_CA_CERTS: certificate.cert,
        MUSTER_VENDOR: "https://vendor.test",
      };
      const run = (...args: string[]) => musterIn(args, { cwd: work, env });
      expect(await run("host", "activate", key, "--online", "--data", "host")).toMatchObject({
        err: "",
        exit: 0,
      });
      await run("ipk", mak, "--catalogue", "vendor/catalogue.jws", "--data", "pc1");
      expect(await run("ato", "--data", "pc1")).toMatchObject({ err: "", exit: 0 });
      expect(proxy.asked).toEqual(["CONNECT vendor.test:443 HTTP/1.1", "CONNECT vendor.test:443 HTTP/1.1"]);
    },
    LIMIT,
  );

  test(
    "a certificate that is not trusted, a proxy that wants a password and one that is not there are told apart",
    async () => {
      const { work, key } = await makePlace();
      const certificate = await makeCertificate(work);
      const tls = ["--tls-cert", certificate.cert, "--tls-key", certificate.key];
      const served = await startVendorProcess(join(work, "vendor"), ...tls);
      const port = Number(new URL(served.url).port);
      const say = async (HTTPS_PROXY: string) => {
        const args = ["host", "activate", key, "--online", "https://vendor.test", "--data", "host"];
        const { err, exit } = await musterIn(args, { cwd: work, env: { HTTPS_PROXY } });
        expect(exit).toBe(1);
        return err;
      };
      expect(await say((await startProxy(port)).url)).toContain("NODE_EXTRA_CA_CERTS. (0x80072F0D)");
      const closed = await startProxy(port, "407 Proxy Authentication Required");
      expect(await say(closed.url)).toContain("http://NAME:PASSWORD@PROXY:PORT");
      expect(await say("http://127.0.0.1:1")).toContain("or at the proxy that HTTPS_PROXY names");
    },
    LIMIT,
  );
});

test(
  "a running host renews its licence by itself, and its clients see nothing of it",
  async () => {
    const { work, vendor, key, host, now } = await makePlace(340 * DAY);
    const { license } = await vendor.approve(requestByFile(host, key, now), now);
    await acceptLicense(host, license, now);
    const { url } = await startVendorProcess(join(work, "vendor"));
    await startHostProcess(host, "--port", "0", "--no-dns", "--no-admin", "--vendor", url);
    await until("the licence is renewed", async () => {
      const { out } = await muster("events", "--id", "12408", "--json", "--data", host);
      return out.includes("12408");
    });
    expect(readFileSync(join(host, "host-licence.jws"), "utf8").trim()).not.toBe(license);
    const { out } = await muster("host", "status", "--json", "--data", host);
    expect(JSON.parse(out)).toMatchObject({ running: true, licensed: true, daysLeft: 364 });
    const { out: ledger } = await muster("vendor", "ledger", "--data", join(work, "vendor"));
    expect(ledger).toContain("kms01: renewal; until ");
  },
  LIMIT,
);
