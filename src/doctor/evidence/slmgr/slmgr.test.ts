import { describe, expect, test } from "bun:test";
import {
  CLIENT_VALUES,
  HOST_BLOCK,
  plain,
  product,
  products,
  read,
  textOf,
  time,
} from "./fixture-reading.ts";
import { CLIENT, HOST, inNoLanguage, JAPANESE, WAITING } from "./fixtures.ts";

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
