import { describe, expect, test } from "bun:test";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { makeFolder } from "../../../test/folders.ts";
import { startSystem } from "../../../test/system.ts";
import { verifyJws } from "../../protocol/jws.ts";
import { openIdentity } from "../folder.ts";
import { openLeaseSigner } from "./signer.ts";

async function makeSigner(folderOfThread?: string) {
  const { hostFolder } = (await startSystem({})).deployment;
  const identity = openIdentity(hostFolder);
  const here: object[] = [];
  const troubles: string[] = [];
  const signer = openLeaseSigner({
    folder: folderOfThread ?? hostFolder,
    identity: {
      sign(type, claims) {
        here.push(claims);
        return identity.sign(type, claims);
      },
    },
    onTrouble: (sentence) => troubles.push(sentence),
  });
  const signMany = async (many: number) => {
    const claims = Array.from({ length: many }, (_, at) => ({ jti: `${crypto.randomUUID()} "é\n${at}` }));
    const tokens = await Promise.all(claims.map((each) => signer.sign("lease", each)));
    for (const [at, token] of tokens.entries())
      expect(await verifyJws(token, "lease", identity.publicKey)).toEqual(claims[at]);
  };
  return { signer, signMany, here, troubles };
}

/** Signs until the thread takes part, or is known not to; with one processor there is none. */
async function warmUp({ signMany, here, troubles }: Awaited<ReturnType<typeof makeSigner>>): Promise<void> {
  if (availableParallelism() === 1) return;
  for (let before = -1; before !== here.length && troubles.length === 0; await Bun.sleep(10)) {
    before = here.length;
    await signMany(8);
  }
}

describe("leases are signed, each with its own claims,", () => {
  test("here when there are few", async () => {
    const made = await makeSigner();
    await made.signMany(1);
    await made.signMany(3);
    expect(made.here).toHaveLength(4);
    made.signer.stop();
  });

  test.if(availableParallelism() > 1)("by the thread when there are many", async () => {
    const made = await makeSigner();
    await warmUp(made);
    const before = made.here.length;
    await Promise.all([made.signMany(100), made.signMany(7)]);
    expect(made.here).toHaveLength(before);
    made.signer.stop();
  });

  test.if(availableParallelism() > 1)("here when the thread fails, which is told once", async () => {
    const made = await makeSigner(join(makeFolder(), "nothing"));
    await warmUp(made);
    await made.signMany(100);
    expect(made.troubles).toEqual([expect.stringContaining("The thread that signs leases failed")]);
    made.signer.stop();
  });

  test("here when the signer is stopped while they wait", async () => {
    const made = await makeSigner();
    await warmUp(made);
    const signed = made.signMany(100);
    await new Promise((resolve) => setImmediate(resolve));
    made.signer.stop();
    await signed;
    await made.signMany(8);
  });
});
