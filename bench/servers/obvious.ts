/**
 * The server one would write first: for each request one transaction, one count over the table, one signature. As
 * durable as Muster (`synchronous=FULL`) and with the same answer, but nothing is gathered into batches. SQLite is as it
 * comes (a rollback journal); with the argument `wal` it keeps a write-ahead log instead, as who has tuned it before would.
 *
 *   bun bench/servers/obvious.ts FOLDER [wal]
 */
import { Database } from "bun:sqlite";
import { generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";

const Request = z.object({
  application: z.uuid(),
  product: z.uuid(),
  cmid: z.uuid(),
  machine: z.object({ name: z.string().max(255), fingerprint: z.string().length(64), virtual: z.boolean() }),
  status: z.number().int(),
  minutesLeft: z.number().int(),
  required: z.number().int(),
  time: z.iso.datetime(),
  nonce: z.string().length(22),
});
const WINDOW = 30 * 24 * 60 * 60 * 1000;
const LEASE = 180 * 24 * 60 * 60;

const { privateKey } = generateKeyPairSync("ed25519");
const [folder = ".", journal = "delete"] = process.argv.slice(2);
const database = new Database(join(folder, `obvious-${journal}.sqlite`), { create: true });
database.run(`PRAGMA journal_mode = ${journal}`);
database.run("PRAGMA synchronous = FULL");
database.run(
  "CREATE TABLE machine (application TEXT, cmid TEXT, product TEXT, name TEXT, fingerprint TEXT, seen INTEGER, PRIMARY KEY (application, cmid))",
);
database.run("CREATE INDEX machine_seen ON machine (application, seen)");
database.run("CREATE TABLE event (row INTEGER PRIMARY KEY, time INTEGER, info TEXT)");
const put = database.query("INSERT OR REPLACE INTO machine VALUES (?, ?, ?, ?, ?, ?)");
const count = database.query<{ n: number }, [string, number]>(
  "SELECT count(*) AS n FROM (SELECT 1 FROM machine WHERE application = ? AND seen > ? LIMIT 50)",
);
const log = database.query("INSERT INTO event (time, info) VALUES (?, ?)");

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  development: false,
  routes: {
    "/v1/activations": {
      POST: async (request) => {
        const asked = Request.parse(await request.json());
        const now = Date.now();
        const counted = database.transaction(() => {
          const { application, cmid, product, machine, required, time, status, minutesLeft } = asked;
          put.run(application, cmid, product, machine.name, machine.fingerprint, now);
          log.run(
            now,
            `0x0,${required},${machine.name},${cmid},${time},0,${status},${minutesLeft},${product}`,
          );
          return count.get(application, now - WINDOW)?.n ?? 0;
        })();
        const seconds = Math.floor(now / 1000);
        const claims = {
          sub: asked.cmid,
          aud: asked.product,
          iat: seconds,
          exp: seconds + LEASE,
          jti: randomUUID(),
          muster: { application: asked.application, count: counted, nonce: asked.nonce },
        };
        const input = [{ alg: "EdDSA" }, claims]
          .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
          .join(".");
        const lease = `${input}.${sign(null, Buffer.from(input), privateKey).toString("base64url")}`;
        return Response.json({ count: counted, lease, code: "0x00000000" });
      },
    },
  },
});
console.log(JSON.stringify({ activation: `http://127.0.0.1:${server.port}` }));
