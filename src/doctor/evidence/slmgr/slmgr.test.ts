import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Collector } from "../collector.ts";
import type { ProductReport } from "../model.ts";
import { type EvidenceText, readText } from "../text.ts";
import { columns } from "../wrap.ts";
import { CLIENT, HOST, inNoLanguage, JAPANESE, OSPP, WAITING } from "./fixtures.ts";
import { slmgr } from "./slmgr.ts";

const textOf = (text: string): EvidenceText => readText("a.txt", new TextEncoder().encode(text));

function read(text: string): { collector: Collector; understood: Set<number> } {
  const collector = new Collector();
  return { collector, understood: new Set(slmgr.read(textOf(text), collector)) };
}

const products = (text: string) => read(text).collector.products;

function product(text: string): ProductReport {
  const found = products(text);
  expect(found).toHaveLength(1);
  return found[0] as ProductReport;
}

/** The values of a report without their places. */
function plain(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(plain);
  if ("value" in value && "at" in value) return plain(value.value);
  if ("quote" in value) return "stated";
  if ("readings" in value) return value.readings;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "origin" && key !== "at")
      .map(([key, one]) => [key, plain(one)]),
  );
}

const time = (text: string) => Date.parse(`${text}Z`);

const CLIENT_VALUES = {
  serviceVersion: "10.0.22631.4890",
  name: "Windows(R), Enterprise edition",
  description: "Windows(R) Operating System, VOLUME_KMSCLIENT channel",
  channel: "VOLUME_KMSCLIENT",
  product: "73111121-5638-40f6-bc11-f1d7b0d64300",
  application: "55c92734-d682-4d71-983e-d6ec3f16059f",
  extendedPid: "03612-03319-000-000000-03-1033-22631.0000-0412025",
  keyChannel: "Volume:GVLK",
  installationId: "110022003300440055006600770088009900110022003300440055006600778",
  partialKey: "2YT43",
  status: 1,
  minutesLeft: 201_603,
  rearmsLeft: 998,
  trustedTime: [time("2025-03-21T20:04:57")],
  activationType: 0,
  client: {
    cmid: "0b7e3a5c-11d2-4f0e-9a77-6c1d2e3f4a5b",
    registered: { name: "kms-a.tailspin.example", port: 1690 },
    hostAddress: "10.61.0.9",
    hostExtendedPid: "03612-00206-111-222333-03-1033-20348.0000-0092024",
    activationInterval: 120,
    renewalInterval: 10_080,
    caching: false,
  },
  cutOff: false,
};

const HOST_BLOCK = {
  count: 23,
  port: 1690,
  publishing: false,
  lowPriority: true,
  total: 4711,
  failed: 12,
  byStatus: { 0: 1, 1: 4321, 2: 2, 3: 345, 4: 4, 5: 38 },
};

describe("/dlv in English", () => {
  test("a licensed client is read with every value", () => {
    expect(plain(product(CLIENT))).toEqual(CLIENT_VALUES);
  });

  test("a client that is not licensed has its reason and the advice to activate", () => {
    const report = product(WAITING);
    expect(plain(report)).toMatchObject({
      status: 5,
      reason: 0xc004f009,
      rearmsLeft: 3,
      activationType: 2,
      toActivate: "stated",
      trustedTime: [time("2025-03-22T08:04:57")],
      cutOff: false,
    });
    expect(report.client).toBeUndefined();
  });

  test("a host is read with every figure", () => {
    expect(plain(product(HOST))).toMatchObject({
      channel: "VOLUME_KMS_WS22",
      keyChannel: "Volume:CSVLK",
      partialKey: "9QRVW",
      status: 1,
      host: HOST_BLOCK,
      cutOff: false,
    });
  });

  test("every value has the line it stands in", () => {
    const report = product(`some words\n\n${CLIENT}`);
    expect(report.at.line).toBe(3);
    expect(report.status?.at).toEqual({
      file: "a.txt",
      line: 13,
      record: 0,
      quote: "License Status: Licensed",
    });
    expect(report.client?.cmid?.at.quote).toBe(
      "Client Machine ID (CMID): 0b7e3a5c-11d2-4f0e-9a77-6c1d2e3f4a5b",
    );
  });

  test("every line of it is understood, and no other", () => {
    const { understood } = read(`hello\n${HOST}\n\nthanks, bye`);
    const lines = textOf(HOST).lines.filter((line) => line.text.trim() !== "");
    expect([...understood].sort((one, other) => one - other)).toEqual(lines.map(({ number }) => number + 1));
  });

  test("the stretch says what it is", () => {
    const { collector } = read(`C:\\>cscript slmgr.vbs PC-0815 /dlv\n${CLIENT}`);
    expect(collector.readings).toHaveLength(1);
    expect(collector.readings[0]).toMatchObject({
      origin: { file: "a.txt", kind: "slmgr-dlv", names: ["pc-0815"], language: "en", system: "kms" },
      records: 1,
    });
  });
});

describe("/dli", () => {
  const DLI = /^(?:Name|Desc|Partial|License|Volume|Configured|\s|Most|Key|$)/;
  const short = (text: string) =>
    text
      .split("\n")
      .filter((line) => DLI.test(line))
      .join("\n")
      .trim();

  test("has the short lines of a client", () => {
    const report = product(short(CLIENT));
    expect(plain(report)).toMatchObject({
      partialKey: "2YT43",
      status: 1,
      client: CLIENT_VALUES.client,
      cutOff: false,
    });
    expect(report.origin.kind).toBe("slmgr-dli");
  });

  test("has the short lines of a host", () => {
    expect(plain(product(short(HOST)))).toMatchObject({ host: HOST_BLOCK, cutOff: false });
  });
});

describe("other lines of a product", () => {
  const replaced = (from: string | RegExp, to: string, text = CLIENT) => product(text.replace(from, to));

  test("a license that is not in use has no key", () => {
    const report = replaced("Partial Product Key: 9QRVW", "This license is not in use.", HOST);
    expect(report.partialKey?.value).toBe("");
  });

  const statuses: readonly (readonly [string, number])[] = [
    ["Unlicensed", 0],
    ["Licensed", 1],
    ["Initial grace period", 2],
    ["Additional grace period (KMS license expired or hardware out of tolerance)", 3],
    ["Non-genuine grace period.", 4],
    ["Notification", 5],
    ["Extended grace period", 6],
  ];
  for (const [words, status] of statuses) {
    test(`license status ${words} is ${status}`, () => {
      const text = WAITING.replace("Notification\n", `${words}\n`).replace(
        /Notification Reason.*/,
        "Time remaining: 7200 minute(s) (5 day(s))",
      );
      expect(plain(product(text))).toMatchObject({ status, minutesLeft: 7200 });
    });
  }

  test("a host that DNS did not name is none", () => {
    const { client } = replaced(/Registered KMS machine.*/, "DNS auto-discovery: KMS name not available");
    expect(client?.notDiscovered?.quote).toBe("DNS auto-discovery: KMS name not available");
    expect(client?.registered).toBeUndefined();
  });

  test("an address that is not available is none", () => {
    const { client } = replaced(/IP address:.*/, "IP address: not available");
    expect(client?.hostAddress).toBeUndefined();
    expect(client?.hostExtendedPid?.value).toBe("03612-00206-111-222333-03-1033-20348.0000-0092024");
  });

  test("a lookup domain stands before the host", () => {
    const { client } = replaced(
      "    Registered KMS machine",
      "    Registered KMS SRV record lookup domain: Corp.Tailspin.example\n    Registered KMS machine",
    );
    expect(client?.lookupDomain?.value).toBe("corp.tailspin.example");
    expect(client?.registered?.value.port).toBe(1690);
  });

  test("an AD activation prints another block", () => {
    const at = CLIENT.indexOf("Key Management Service client");
    const report = product(
      `${CLIENT.slice(0, at)}AD Activation client information\n    Activation Object name: Forest A\n    AO DN: CN=a,DC=tailspin,DC=example`,
    );
    expect(report.activeDirectory?.quote).toBe("AD Activation client information");
    expect(report.client).toBeUndefined();
    expect(report.cutOff).toBe(false);
  });

  test("an evaluation has its end", () => {
    const text = WAITING.replace("VOLUME_KMSCLIENT", "TIMEBASED_EVAL").replace(
      "Remaining Windows",
      "Evaluation End Date: 9/24/2025 4:59:59 PM\nRemaining Windows",
    );
    const report = product(text);
    expect(report.channel?.value).toBe("TIMEBASED_EVAL");
    expect(report.evaluationEnd?.value.readings).toEqual([time("2025-09-24T16:59:59")]);
  });

  test("values that somebody took out are left open and do not end the block", () => {
    const report = replaced(/(CMID|Activation ID|Extended PID|Trusted time)(\)?): .*/g, "$1$2: <removed>");
    expect(report.product).toBeUndefined();
    expect(report.trustedTime).toBeUndefined();
    expect(report.client?.caching?.value).toBe(false);
    expect(report.cutOff).toBe(false);
  });

  test("full product keys are never kept", () => {
    const text = WAITING.replace(
      "Partial Product Key: T83GX",
      "Partial Product Key: ABCDE-FGHJK-LMNPQ-RSTVW-T83GX",
    );
    expect(product(text).partialKey?.value).toBe("T83GX");
    expect(JSON.stringify(products(text))).not.toContain("FGHJK");
  });
});

describe("other languages", () => {
  test("Japanese, in part English, is read by its labels", () => {
    const report = product(JAPANESE);
    expect(report.origin.language).toBe("ja");
    expect(plain(report)).toEqual({
      serviceVersion: "10.0.26100.3915",
      name: "Windows(R), Professional edition",
      description: "Windows(R) Operating System, VOLUME_KMSCLIENT channel",
      channel: "VOLUME_KMSCLIENT",
      product: "2de67392-b7a7-462a-b1ca-108dd189f588",
      application: "55c92734-d682-4d71-983e-d6ec3f16059f",
      extendedPid: "03612-03311-000-000000-03-1041-26100.0000-0612025",
      keyChannel: "Volume:GVLK",
      installationId: "440055006600770088009900110022003300440055006600778899001122334",
      partialKey: "T83GX",
      status: 1,
      minutesLeft: 200_160,
      rearmsLeft: 1001,
      trustedTime: [time("2025-06-03T16:40:12")],
      activationType: 0,
      client: {
        cmid: "9f8e7d6c-5b4a-4938-8271-605f4e3d2c1b",
        discovered: { name: "kms02.mikazuki.example", port: 1688 },
        hostAddress: "172.20.3.8",
        hostExtendedPid: "03612-00206-444-555666-03-1041-17763.0000-0312023",
        activationInterval: 120,
        renewalInterval: 10_080,
        caching: true,
      },
      cutOff: false,
    });
  });

  test("advice that begins as a command does is still advice", () => {
    const text = JAPANESE.slice(0, JAPANESE.indexOf("\n\n最新"))
      .replace("ライセンスされています", "通知")
      .replace(/ボリューム.*/, "通知の理由: 0xC004F056。");
    const report = product(
      `C:\\>cscript slmgr.vbs /dlv\n${text}\nslmgr.vbs /ato を使用して値を更新してください。`,
    );
    expect(plain(report)).toMatchObject({
      status: 5,
      reason: 0xc004f056,
      toActivate: "stated",
      cutOff: false,
    });
  });

  test("a client in no language is read by order and values", () => {
    const { caching, ...client } = CLIENT_VALUES.client;
    const { activationType, ...rest } = CLIENT_VALUES;
    expect(caching).toBe(false);
    expect(activationType).toBe(0);
    expect(plain(product(inNoLanguage(CLIENT)))).toEqual({ ...rest, client });
  });

  test("a host in no language is read by order, and what words alone would tell stays open", () => {
    const { publishing, lowPriority, ...figures } = HOST_BLOCK;
    expect([publishing, lowPriority]).toEqual([false, true]);
    const report = product(inNoLanguage(HOST));
    expect(plain(report.host)).toEqual(figures);
    expect(report.status).toBeUndefined();
    expect(report.rearmsLeft?.value).toBe(1001);
  });

  test("a reason in no language means notification", () => {
    expect(plain(product(inNoLanguage(WAITING)))).toMatchObject({
      status: 5,
      reason: 0xc004f009,
      rearmsLeft: 3,
      toActivate: "stated",
    });
  });
});

function wrapped(text: string, width: number): string {
  return text
    .split("\n")
    .flatMap((line) => {
      const lines = [""];
      for (const character of line) {
        const last = lines.at(-1) ?? "";
        if (columns(last + character) > width) lines.push(character);
        else lines[lines.length - 1] = last + character;
      }
      return lines;
    })
    .map((line) => line.trimEnd())
    .join("\n");
}

/** Broken between words, as mail does; words that do not fit into a line stay whole. */
function reflowed(text: string, width: number): string {
  return text
    .split("\n")
    .map((line) => {
      let column = 0;
      return line.replace(/( *)(\S+)/g, (_, blanks: string, word: string) => {
        const fits = column === 0 || column + blanks.length + word.length <= width;
        column = fits ? column + blanks.length + word.length : word.length;
        return fits ? blanks + word : `\n${word}`;
      });
    })
    .join("\n");
}

describe("texts in the wild", () => {
  const ways: readonly (readonly [string, (text: string) => string])[] = [
    ["wrapped at 80 columns", (text) => wrapped(text, 80)],
    ["wrapped at 79 columns", (text) => wrapped(text, 79)],
    ["wrapped at 72 columns", (text) => wrapped(text, 72)],
    ["wrapped at 120 columns", (text) => wrapped(text, 120)],
    ["reflowed at 76 columns", (text) => reflowed(text, 76)],
    ["reflowed at 72 columns and quoted", (text) => reflowed(text, 72).replace(/^/gm, "> ")],
    ["without indentation", (text) => text.replace(/^ +/gm, "")],
    ["more indented", (text) => text.replace(/^/gm, "   ")],
    ["without blank lines", (text) => text.replace(/\n\n/g, "\n")],
    ["with CRLF", (text) => text.replaceAll("\n", "\r\n")],
    ["quoted", (text) => text.replace(/^/gm, "> ")],
    ["quoted twice", (text) => text.replace(/^/gm, "> > ")],
    ["quoted by bars", (text) => text.replace(/^/gm, "| ")],
    ["wrapped and quoted", (text) => wrapped(text, 80).replace(/^/gm, "> ")],
    ["with full-width colons", (text) => text.replace(/: /g, "：")],
    ["with blanks that do not break", (text) => text.replace(/: /g, ":\u00a0")],
    ["with a blank before the colon", (text) => text.replace(/^([^:\n]*[^:\n ]): /gm, "$1 : ")],
    ["with labels in capitals", (text) => text.replace(/^[^:\n]+: /gm, (label) => label.toUpperCase())],
    ["in a fence below a prompt", (text) => `PS C:\\> slmgr /dlv\n\`\`\`text\n${text}\n\`\`\`\nthat is all`],
    ["below comment lines", (text) => `# host: a\n# what slmgr said\n${text}`],
    [
      "with OCR slips in labels",
      (text) => text.replaceAll("ication ID", "icatlon lD").replaceAll("Total", "TotaI"),
    ],
  ];
  for (const [name, change] of ways) {
    test(`${name}, a client reads the same`, () => {
      expect(plain(product(change(CLIENT)))).toEqual(CLIENT_VALUES);
    });
    test(`${name}, a host reads the same`, () => {
      expect(plain(product(change(HOST)))).toEqual(plain(product(HOST)));
    });
    test(`${name}, a Japanese client reads the same`, () => {
      expect(plain(product(change(JAPANESE)))).toEqual(plain(product(JAPANESE)));
    });
    test(`${name}, a host in no language reads the same`, () => {
      const host = inNoLanguage(HOST);
      expect(plain(product(change(host)))).toEqual(plain(product(host)));
    });
    test(`${name}, a client that waits reads the same`, () => {
      expect(plain(product(change(WAITING)))).toEqual(plain(product(WAITING)));
    });
  }

  const slips: readonly (readonly [string, string])[] = [
    ["Current count: 23", "Current count 23"],
    ["Listening on Port: 1690", "Llstenlng on Port; l69O".replace(";", ":")],
    ["Partial Product Key: 9QRVW", "Partial Product Key 9QRVW"],
    ["License Status: Licensed", "Llcense Status : Licensed"],
    ["Total requests received: 4711", "Total requests received: 47ll"],
  ];
  for (const [right, slip] of slips) {
    test(`${slip} is ${right}`, () => {
      expect(plain(product(HOST.replace(right, slip)))).toEqual(plain(product(HOST)));
    });
  }

  test("a wrapped figure is whole", () => {
    const host = HOST.replace("tolerance: 345", "tolerance: 34567");
    expect(product(wrapped(host, 80)).host?.byStatus[3]).toMatchObject({ value: 34_567 });
    expect(product(wrapped(host, 80)).host?.byStatus[3]?.at.quote).toEndWith("tolerance: 34567");
  });

  test("until its last line is there a text is cut off", () => {
    for (const text of [CLIENT, WAITING, HOST, JAPANESE]) {
      const lines = text.split("\n");
      const last = text === CLIENT || text === JAPANESE ? 2 : 1;
      for (let count = 4; count <= lines.length; count += 1) {
        const report = product(lines.slice(0, count).join("\n"));
        expect(report.cutOff).toBe(count <= lines.length - last);
      }
    }
  });

  test("what has lost its beginning is read from where it begins", () => {
    const report = product(CLIENT.slice(CLIENT.indexOf("Partial")));
    expect(plain(report)).toMatchObject({
      partialKey: "2YT43",
      status: 1,
      client: CLIENT_VALUES.client,
      cutOff: true,
    });
  });
});

describe("several in one text", () => {
  test("products of one transcript share their stretch", () => {
    const second = WAITING.slice(WAITING.indexOf("Name:"));
    const { collector } = read(`${CLIENT}\n\n${second}`);
    expect(collector.products.map(({ partialKey }) => partialKey?.value)).toEqual(["2YT43", "T83GX"]);
    expect(collector.readings).toHaveLength(1);
    expect(collector.readings[0]?.records).toBe(2);
  });

  test("transcripts are stretches of their own", () => {
    const { collector } = read(`${CLIENT}\n\n${HOST}\n\n${WAITING}`);
    expect(collector.products).toHaveLength(3);
    expect(new Set(collector.products.map(({ origin }) => origin)).size).toBe(3);
  });

  test("names of a prompt go with what was printed below it", () => {
    const { collector } = read(
      `[pc-1]: PS C:\\> slmgr /dlv\n${CLIENT}\n[pc-2]: PS C:\\> slmgr /dlv\n${WAITING}`,
    );
    expect(collector.products.map(({ origin }) => origin.names)).toEqual([["pc-1"], ["pc-2"]]);
  });
});

describe("/ato", () => {
  const ID = "73111121-5638-40f6-bc11-f1d7b0d64300";
  const cases: readonly (readonly [string, string, number | undefined])[] = [
    ["success", `Activating Windows(R), A edition (${ID}) ...\nProduct activated successfully.`, 0],
    [
      "failure",
      `Activating Windows(R), A edition (${ID}) ...\nError: 0xC004F038 The count is too small.`,
      0xc004f038,
    ],
    [
      "failure in two lines",
      `Activating Windows(R), A edition (${ID}) ...\nError: Product activation failed.\nError: 0x8007232B`,
      0x8007232b,
    ],
    [
      "a code without text",
      `Activating Windows(R), A edition (${ID}) ...\nError: 0x8007267C On a computer running Microsoft Windows non-core edition, run 'slui.exe 0x2a 0x8007267C' to display the error text.`,
      0x8007267c,
    ],
    ["a text that breaks off", `Activating Windows(R), A edition (${ID}) ...`, undefined],
    [
      "Japanese failure",
      `Windows(R), A edition (${ID}) をライセンス認証しています...\nエラー: 0xC004F074 だめです。`,
      0xc004f074,
    ],
    [
      "Japanese success",
      `Windows(R), A edition (${ID}) をライセンス認証しています...\n製品は正常にライセンス認証されました。`,
      0,
    ],
    [
      "Chinese failure",
      `正在激活 Windows(R), A edition (${ID}) ...\n错误: 0xC004F074 无法激活。`,
      0xc004f074,
    ],
    [
      "success in no language",
      `C:\\>cscript slmgr.vbs /ato\nZubo Windows(R), A edition (${ID}) ...\nWobu quam dwas.`,
      0,
    ],
    [
      "failure in no language",
      `Zubo Windows(R), A edition (${ID}) ...\nWobu: 0xC004F06C quam dwas.`,
      0xc004f06c,
    ],
  ];
  for (const [name, text, code] of cases) {
    test(name, () => {
      const { attempts, products: none } = read(text).collector;
      expect(none).toHaveLength(0);
      expect(attempts.map(plain)).toEqual([
        { product: ID, productName: "Windows(R), A edition", ...(code === undefined ? {} : { code }) },
      ]);
    });
  }

  test("wrapped inside its id, it is one line again", () => {
    const text = `Activating Windows(R), ServerStandard edition (${ID}) ...\nError: 0xC004F074 The Software Licensing Service reported that the computer could not be activated.`;
    const [attempt] = read(wrapped(text, 80)).collector.attempts;
    expect(attempt?.at.quote).toBe(`Activating Windows(R), ServerStandard edition (${ID}) ...`);
    expect(attempt?.code?.at).toMatchObject({ line: 3, quote: text.split("\n")[1] });
  });

  test("an error alone is an attempt when it is one of licensing", () => {
    expect(
      read("Error: 0xC004F074 The Software Licensing Service reported this.").collector.attempts,
    ).toHaveLength(1);
    expect(read("Error: 0x80070005 Access is denied.").collector.attempts).toHaveLength(0);
    expect(read("C:\\>slmgr /ato\nError: 0x80070005 Access is denied.").collector.attempts).toHaveLength(1);
  });

  test("an error of another command is a statement", () => {
    const { attempts, statements } = read(
      "C:\\>slmgr /dlv\nError: 0xC004D302 The trusted data store was rearmed.",
    ).collector;
    expect(attempts).toHaveLength(0);
    expect(statements).toMatchObject([{ what: "slmgr-error", name: "/dlv", value: "0xC004D302" }]);
  });

  test("an attempt before /dlv leaves the product alone", () => {
    const text = `Activating Windows(R), A edition (${ID}) ...\nError: 0xC004F074 No host.\n\n${WAITING}`;
    const { attempts, products: found } = read(text).collector;
    expect(attempts).toHaveLength(1);
    expect(found.map(plain)).toEqual([plain(product(WAITING))]);
  });
});

describe("/xpr", () => {
  const end = (text: string) => ({ end: [time(text)] });
  const cases: readonly (readonly [string, object])[] = [
    ["The machine is permanently activated.", { permanent: true, status: 1 }],
    [
      "Volume activation will expire 9/24/2025 3:15:43 PM",
      { permanent: false, status: 1, ...end("2025-09-24T15:15:43") },
    ],
    [
      "Initial grace period ends 24/09/2025 15:15:43",
      { permanent: false, status: 2, ...end("2025-09-24T15:15:43") },
    ],
    [
      "Additional grace period ends 24.09.2025 15:15:43",
      { permanent: false, status: 3, ...end("2025-09-24T15:15:43") },
    ],
    ["Windows is in Notification mode", { permanent: false, status: 5 }],
    ["Unlicensed", { permanent: false, status: 0 }],
    ["批量激活将于 2025/9/24 15:15:43 过期", { permanent: false, status: 1, ...end("2025-09-24T15:15:43") }],
    ["Wobu quam 2025-09-24 15:15:43", { permanent: false, ...end("2025-09-24T15:15:43") }],
  ];
  for (const [line, values] of cases) {
    test(line, () => {
      const { expiries } = read(`Windows(R), Professional edition:\n    ${line}`).collector;
      expect(expiries.map(plain)).toEqual([values]);
      expect(expiries[0]?.at.quote).toBe(line);
    });
  }
});

describe("ospp.vbs", () => {
  test("/dstatus has several products", () => {
    expect(products(OSPP).map(plain)).toEqual([
      {
        name: "Office 16, Office16ProPlusVL_KMS_Client edition",
        description: "Office 16, VOLUME_KMSCLIENT channel",
        channel: "VOLUME_KMSCLIENT",
        product: "d450596f-894d-49e0-966a-fd39ed4c4c64",
        partialKey: "WFG99",
        status: 1,
        minutesLeft: 16_999,
        activationType: 0,
        client: {
          discovered: { name: "kms-a.tailspin.example", port: 1688 },
          activationInterval: 120,
          renewalInterval: 10_080,
          caching: false,
        },
        cutOff: false,
      },
      {
        name: "Office 16, Office16VisioProVL_KMS_Client edition",
        description: "Office 16, VOLUME_KMSCLIENT channel",
        channel: "VOLUME_KMSCLIENT",
        product: "6bf301c1-b94a-43e9-ba31-d494598c47fb",
        partialKey: "RTGKV",
        status: 2,
        minutesLeft: 4711,
        cutOff: false,
      },
    ]);
  });

  test("/act has an attempt for each product", () => {
    const one = (sku: string, end: string) =>
      `Installed product key detected - attempting to activate the following product:\nSKU ID: ${sku}\nLICENSE NAME: Office 16, A edition\nLICENSE DESCRIPTION: Office 16, VOLUME_KMSCLIENT channel\nLast 5 characters of installed product key: WFG99\n${end}\n---------------------------------------`;
    const text = [
      "---Processing--------------------------",
      one("d450596f-894d-49e0-966a-fd39ed4c4c64", "<Product activation successful>"),
      one(
        "6bf301c1-b94a-43e9-ba31-d494598c47fb",
        "ERROR CODE: 0xC004F074\nERROR DESCRIPTION: No host answered.",
      ),
      "---Exiting-----------------------------",
    ].join("\n");
    const { attempts, products: none } = read(text).collector;
    expect(none).toHaveLength(0);
    expect(attempts.map(plain)).toEqual([
      { product: "d450596f-894d-49e0-966a-fd39ed4c4c64", productName: "Office 16, A edition", code: 0 },
      {
        product: "6bf301c1-b94a-43e9-ba31-d494598c47fb",
        productName: "Office 16, A edition",
        code: 0xc004f074,
      },
    ]);
  });
});

describe("what is none of it", () => {
  const others = [
    "Name: kms01.tailspin.example\nAddress: 10.1.1.1\n\nDescription: Intel(R) Ethernet",
    "Server:  dc1\nAddress:  10.0.0.1\n\n*** dc1 can't find x: Non-existent domain",
    "The description says VOLUME_KMSCLIENT channel, as it should.",
    "Status: Running\nName: sppsvc\nDescription: Software Protection",
    "hello\n\nbye",
  ];
  for (const text of others) {
    test(JSON.stringify(text.slice(0, 40)), () => {
      const { collector, understood } = read(text);
      expect(collector.readings).toHaveLength(0);
      expect(understood.size).toBe(0);
    });
  }
});

describe("any text", () => {
  const all = [CLIENT, HOST, WAITING, JAPANESE, OSPP, inNoLanguage(HOST)].join("\n\n");
  const lines = all.split("\n");

  test("cut anywhere is read without failing", () => {
    fc.assert(
      fc.property(fc.nat(all.length), fc.nat(all.length), (start, length) => {
        read(all.slice(start, start + length));
      }),
    );
  });

  test("shuffled is read without failing", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(lines), (some) => {
        for (const { at } of read(some.join("\n")).collector.products)
          expect(at.quote).toStartWith(some[at.line - 1]?.trim() ?? "?");
      }),
    );
  });

  test("at random is read without failing", () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom(...lines, ": ", "(", "0x", "...", "C:\\>", "\n", "|", "> "),
    );
    fc.assert(fc.property(fc.array(word, { maxLength: 40 }), (words) => void read(words.join(""))));
  });

  test("of endless lines is read in time", () => {
    for (const piece of [
      "(",
      "1",
      "a:",
      " ",
      "0x",
      "-",
      "https://",
      "Name: ",
      "名前: ",
      "> ",
      "7311-",
      "|",
      "{",
      "[",
    ]) {
      read(`Description: a, RETAIL channel\n${piece.repeat(120_000)}\n${`${piece}\n`.repeat(3000)}`);
    }
  });
});
