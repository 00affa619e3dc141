import { expect, test } from "bun:test";
import { judged } from "../../../test/doctor/evidence.ts";
import { clientDlv, hostDlv, ipconfig, nslookup } from "../../../test/doctor/texts.ts";
import { unapprovedHost } from "./c24-unapproved-host.ts";

const network = ipconfig({ suffix: "corp.example" });
const pinned = (registered: string, address: string) => ({
  "pc.txt": clientDlv({ registered, address }),
  "net.txt": network,
});

test("more minutes than a host gives confirm it", async () => {
  expect(await judged(unapprovedHost, { "pc.txt": clientDlv({ minutesLeft: 8_640_000 }) })).toMatchObject({
    sighting: { verdict: "confirmed", severity: "warning", facts: { kind: "minutes" } },
  });
  expect(await judged(unapprovedHost, { "pc.txt": clientDlv({ minutesLeft: 259_200 }) })).toMatchObject({
    kind: "ruledOut",
  });
});

test("a host of strangers at a public address is likely unapproved", async () => {
  expect(await judged(unapprovedHost, pinned("kms.keys.test:1688", "198.51.100.7"))).toMatchObject({
    sighting: { verdict: "likely", facts: { kind: "public", host: "kms.keys.test" } },
  });
});

test("the machine itself as its host is likely a program that plays one", async () => {
  expect(await judged(unapprovedHost, pinned("127.0.0.2:1688", "127.0.0.2"))).toMatchObject({
    sighting: { verdict: "likely", facts: { kind: "itself" } },
  });
});

test.each([
  ["an own name at a public address", "kms01.hq.corp.example:1688", "198.51.100.7"],
  ["a partner's name at a private address", "kms.partner.test:1688", "10.9.0.4"],
  ["Azure's host", "azkms.core.windows.net:1688", "20.118.99.224"],
  ["the host of AWS", "169.254.169.250:1688", "169.254.169.250"],
])("%s is in order", async (_, registered, address) => {
  expect(await judged(unapprovedHost, pinned(registered, address))).not.toMatchObject({ kind: "seen" });
});

test("whom the own DNS names is approved by whoever wrote it there", async () => {
  const files = {
    ...pinned("kms.partner.test:1688", "198.51.100.7"),
    "dns.txt": nslookup("corp.example", [{ host: "kms.partner.test" }]),
    "kms.txt": hostDlv(),
  };
  expect(await judged(unapprovedHost, files)).not.toMatchObject({ kind: "seen" });
});
