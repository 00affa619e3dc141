import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import {
  clientDlv,
  DAY,
  eventXml,
  exchange,
  HOUR,
  hostDlv,
  NOON,
  nslookup,
} from "../../../test/doctor/texts.ts";
import { hostRenamed } from "./n09-host-renamed.ts";

const NAME = "C:\\>hostname\r\npc1\r\n\r\n";
const lost = eventXml(
  [0, 2, 4].flatMap((hours) =>
    exchange({
      computer: "pc1.corp.example",
      time: NOON + hours * HOUR,
      code: 0x800706ba,
      host: "oldkms.corp.example:1688",
      status: 1,
    }),
  ),
);
const files = {
  "pc1.xml": lost,
  "pc1.txt":
    NAME + clientDlv({ registered: "oldkms.corp.example:1688", minutesLeft: 200_000, time: NOON + 5 * HOUR }),
  "dns.txt": nslookup("corp.example", [{ host: "kms01.corp.example" }]),
  "kms01.txt": `C:\\>hostname\r\nkms01\r\n\r\n${hostDlv({ time: NOON + DAY })}`,
};

test("the host that activated the client lives on under another name", async () => {
  expect(await judged(hostRenamed, files)).toMatchObject({
    kind: "seen",
    sighting: {
      verdict: "confirmed",
      severity: "warning",
      facts: { old: "oldkms.corp.example", now: "kms01.corp.example", isSame: true },
    },
  });
  expect((await assessed(files)).verdict).toBe("degraded");
});

test("without the PID that the client kept it is only possible", async () => {
  const [head = "", tail = ""] = files["pc1.txt"].split("    KMS machine extended PID");
  const cut = `${head}${tail.slice(tail.indexOf("\n") + 1)}`;
  expect(await judged(hostRenamed, { ...files, "pc1.txt": cut })).toMatchObject({
    sighting: { verdict: "possible" },
  });
});

test("another host in its place is a replacement, and no rename", async () => {
  const other = hostDlv({ time: NOON + DAY, pid: "03612-00206-999-888777-03-1033-20348.0000-0102025" });
  const replaced = { ...files, "kms01.txt": `C:\\>hostname\r\nkms01\r\n\r\n${other}` };
  expect((await judged(hostRenamed, replaced)).kind).not.toBe("seen");
});

test("a registered host that answers is none", async () => {
  const well = eventXml(
    exchange({
      computer: "pc1.corp.example",
      time: NOON,
      host: "oldkms.corp.example:1688",
      answer: { activated: true, count: 50 },
    }),
  );
  const fine = {
    ...files,
    "pc1.xml": well,
    "pc1.txt": NAME + clientDlv({ registered: "oldkms.corp.example:1688", minutesLeft: 259_000 }),
  };
  expect(await judged(hostRenamed, fine)).toMatchObject({ kind: "ruledOut" });
});
