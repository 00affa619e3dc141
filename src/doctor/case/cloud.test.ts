import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { azureIpconfig, effectiveRoutes } from "../../../test/doctor/cloud-texts.ts";
import { evidenceOf, type Files } from "../../../test/doctor/evidence.ts";
import { clientDlv, cmid, eventXml, exchange, ipconfig, NOON } from "../../../test/doctor/texts.ts";
import { caseOf } from "./case.ts";
import { azureWay, cloudAskersOf, cloudOf, contains, isPrivate } from "./cloud.ts";
import { CLOUD_HOSTS, cloudHostOf } from "./cloud-hosts.ts";
import { shortIn } from "./counting.ts";

describe("a cloud's KMS host is known by", () => {
  test.each([
    ["azkms.core.windows.net", "azure", ""],
    ["KMS.core.windows.net.", "azure", ""],
    ["23.102.135.246", "azure", ""],
    ["kms.core.usgovcloudapi.net", "azure", "usgov"],
    ["163.228.64.161", "azure", "china"],
    ["169.254.169.251", "aws", ""],
    ["35.190.247.13", "gcp", ""],
    ["winactivate.lon3.servers.rackspacecloud.com", "provider", ""],
  ] as const)("%s", (name, cloud, part) => {
    expect(cloudHostOf(name)).toMatchObject({ cloud, part });
  });

  test.each(["kms.corp.example", "169.254.169.254", "kms.core.windows.net.corp.example", "azkms", ""])(
    "and not by %s",
    (name) => {
      expect(cloudHostOf(name)).toBeUndefined();
    },
  );

  test("no address stands for two of them", () => {
    const all = CLOUD_HOSTS.flatMap(({ addresses, former }) => [...addresses, ...former]);
    expect(new Set(all).size).toBe(all.length);
  });
});

async function where(files: Files) {
  const the = caseOf(
    await evidenceOf({ "vm.xml": eventXml(exchange({ computer: "vm1", time: NOON })), ...files }),
  );
  const [client] = the.clients;
  const place = client && cloudOf(the, client);
  return place && `${place.cloud}${place.part && ` ${place.part}`}`;
}

describe("the cloud that a machine runs in is told by", () => {
  test.each([
    ["Azure's suffix", { "ip.txt": azureIpconfig("vm1") }, "azure"],
    ["Azure's DNS", { "ip.txt": ipconfig({ hostName: "vm1", servers: ["168.63.129.16"] }) }, "azure"],
    ["its effective routes", { "r.txt": effectiveRoutes([["0.0.0.0/0", "Internet"]]) }, "azure"],
    [
      "its location",
      { "vm.json": `${JSON.stringify({ name: "vm1", vmId: "v", location: "usgovvirginia" }, null, 2)}\n` },
      "azure usgov",
    ],
    ["AWS's suffix", { "ip.txt": ipconfig({ hostName: "vm1", connection: "ec2.internal" }) }, "aws"],
    ["Google's DNS", { "ip.txt": ipconfig({ hostName: "vm1", servers: ["169.254.169.254"] }) }, "gcp"],
    [
      "nothing of a company's network",
      { "ip.txt": ipconfig({ hostName: "vm1", suffix: "corp.example" }) },
      undefined,
    ],
  ] as const)("%s", async (_, files, expected) => {
    expect(await where(files)).toBe(expected);
  });
});

test("whom the newest request asked counts, and not whom the settings name", async () => {
  const the = caseOf(
    await evidenceOf({
      "vm.xml": eventXml(
        exchange({
          computer: "vm1",
          time: NOON + 60_000,
          host: "azkms.core.windows.net:1688",
          code: 0x800706ba,
        }),
      ),
      "vm.txt": `C:\\>hostname\r\nvm1\r\n\r\n${clientDlv()}`,
    }),
  );
  expect(cloudAskersOf(the, "azure")).toMatchObject([{ asked: "azkms.core.windows.net" }]);
  expect(cloudAskersOf(the, "aws")).toEqual([]);
});

test("the narrowest active prefix decides the way", async () => {
  const the = caseOf(
    await evidenceOf({
      "vm.xml": eventXml(exchange({ computer: "vm1", time: NOON })),
      "r.txt": effectiveRoutes([
        ["0.0.0.0/0", "VirtualNetworkGateway", "10.0.0.4"],
        ["20.118.0.0/16", "Internet"],
        ["20.118.99.224/32", "None", "", "Invalid"],
      ]),
    }),
  );
  const [client] = the.clients;
  if (client === undefined) throw new Error("no client");
  expect(azureWay(the, client, "20.118.99.224")?.hop).toBe("Internet");
  expect(azureWay(the, client, "40.83.235.53")?.hop).toBe("VirtualNetworkGateway");
});

describe("prefixes", () => {
  const address = fc.tuple(...[1, 2, 3, 4].map(() => fc.nat(255))).map((parts) => parts.join("."));

  test("an address lies in itself, in everything, and in every wider prefix of a prefix that it lies in", () => {
    fc.assert(
      fc.property(address, address, fc.integer({ min: 1, max: 32 }), (one, two, length) => {
        expect(contains(`${one}/32`, one)).toBe(true);
        expect(contains("0.0.0.0/0", one)).toBe(true);
        if (contains(`${one}/${length}`, two)) expect(contains(`${one}/${length - 1}`, two)).toBe(true);
        expect(contains(`${one}/32`, two)).toBe(one === two);
      }),
    );
  });

  test.each([
    ["10.255.0.1", true],
    ["172.32.0.1", false],
    ["100.100.0.1", true],
    ["20.118.99.224", false],
  ])("%s is private: %p", (one, expected) => {
    expect(isPrivate(one)).toBe(expected);
  });
});

test("a cloud's own host is none whose count its clients could raise", async () => {
  const answer = { activated: false, count: 3 };
  const low = (host: string) =>
    [1, 2].flatMap((number) =>
      exchange({ computer: `vm${number}`, cmid: cmid(number), time: NOON, host: `${host}:1688`, answer }),
    );
  const asked = async (host: string) => shortIn(caseOf(await evidenceOf({ "vms.xml": eventXml(low(host)) })));
  expect(await asked("169.254.169.250")).toEqual([]);
  expect(await asked("kms01.corp.example")).toHaveLength(2);
});
