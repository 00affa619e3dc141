import { describe, expect, test } from "bun:test";
import { plain, product, products, read, time, wrapped } from "./fixture-reading.ts";
import { OSPP, WAITING } from "./fixtures.ts";

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
