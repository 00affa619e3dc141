import { describe, expect, test } from "bun:test";
import { evtxFormat } from "../../src/doctor/evidence/events/evtx-format.ts";
import { readBytes } from "../../src/doctor/evidence/events/testing.ts";
import { classic, eventRecord, type Source } from "./events.ts";
import { event, kms, time } from "./kms.ts";
import { writeLog } from "./log.ts";

const info =
  "0x0,25,pc-3.corp.example,930bd202-a335-4c7e-bd9d-7305361f0d37,2023/5/24 1:12,0,2,41520,2de67392-b7a7-462a-b1ca-108dd189f588";
const client: Source = {
  ...kms,
  eventSource: "Software Protection Platform Service",
  channel: "Application",
  computer: "PC-3",
};
const services: Source = { provider: "Service Control Manager", channel: "System", computer: "PC-3" };

const record = (source: Source, number: number, id: number, data: readonly string[], level = 4) =>
  eventRecord({ source, number, time, id, level, payload: classic(data) });

describe("a Windows event log as evidence", () => {
  test.each([
    ["one item", [info]],
    ["ten items", [info, ...info.split(",")]],
    ["nine items", info.split(",")],
  ])("gives requests with %s", async (_, data) => {
    const { handled, logs } = await readBytes(evtxFormat, writeLog([event(812, classic(data))]));
    expect(handled.place(0)).toEqual({ file: "log", line: 0, record: 812, quote: info });
    expect(handled.row(0)).toMatchObject({
      time,
      computer: "kms01.corp.example",
      minutesLeft: 41520,
      required: 25,
    });
    expect(logs).toMatchObject([
      { channel: "Key Management Service", zone: "utc", selected: false, counts: { 12290: 1 } },
    ]);
  });

  test("gives a client's attempts and what licensing says beside them", async () => {
    const sku = "2de67392-b7a7-462a-b1ca-108dd189f588";
    const status = `\r\n1: 0e7d7ea2-6c9b-4a4e-9c65-1f0c4f2a7b10, 1, 0 [(0 [0xC004F014, 0, 0], [(?)(?)])(1 )(2 )(3 )]\r\n2: ${sku}, 1, 1 [(0 [0x00000000, 1, 0], [(?)( 1 0x00000000)( 2 0x00000000 0 0 msft:rm/algorithm/volume/1.0 0x00000000 259196)])(1 )(2 )(3 )]\r\n`;
    const state = `Security-SPP-Action-StateData (REG_SZ) =AppId=55c92734-d682-4d71-983e-d6ec3f16059f;GraceEndDate=2023/11/20:01:12:31;LastConsumptionReason=0xc004f056;LicenseState=SL_LICENSING_STATUS_NOTIFICATION;PartialProductKey=T83GX;ProductKeyType=Volume:GVLK;SkuId=${sku}`;
    const { sent, answered, events, readings } = await readBytes(
      evtxFormat,
      writeLog([
        record(client, 1, 12288, [
          `0x00000000, 0x00000000, kms01:1688, 930bd202-a335-4c7e-bd9d-7305361f0d37, 2023/05/24 01:12, 0, 2, 41520, ${sku}, 25`,
        ]),
        record(client, 2, 12289, ["0x00000000, 0x04000000, 0, 0, 4, 120, 10080, 2023/05/24 01:12"]),
        record(client, 3, 1003, ["55c92734-d682-4d71-983e-d6ec3f16059f", status]),
        record(client, 4, 8230, [state]),
        record(client, 5, 12293, ["0x80072338", "corp.example"], 2),
        record(services, 6, 7036, ["Software Protection", "stopped"]),
        record(services, 7, 7036, ["Print Spooler", "stopped"]),
        record({ ...services, provider: "MsiInstaller" }, 8, 1033, ["x"]),
      ]),
    );
    expect(sent.row(0)).toMatchObject({ host: "kms01:1688", computer: "pc-3", record: 1 });
    expect(answered.row(0)).toMatchObject({ count: 4, activated: 0, flags: 0x04000000 });
    expect(readings).toMatchObject([{ records: 6, skipped: 2, origin: { names: ["PC-3"], system: "kms" } }]);
    const by = (id: number) => events.find((each) => each.id === id);
    expect(by(1003)).toMatchObject({
      codes: [0, 0, 0, 0],
      fields: { SkuId: sku, minutesLeft: "259196", volume: "1" },
    });
    expect(by(8230)?.fields).toMatchObject({
      PartialProductKey: "T83GX",
      ProductKeyType: "Volume:GVLK",
      SkuId: sku,
    });
    expect(by(12293)).toMatchObject({ level: 2, fields: { domain: "corp.example" }, codes: [0x80072338] });
    expect(by(7036)).toMatchObject({ channel: "System", data: ["Software Protection", "stopped"] });
    expect(events).toHaveLength(4);
  });

  test("keeps a few hundred of what is written all day, and counts the rest", async () => {
    const many = Array.from({ length: 1000 }, (_, n) => record(client, n + 1, 902, [`${n}`]));
    const { events, logs } = await readBytes(evtxFormat, writeLog(many));
    expect(events).toHaveLength(200);
    expect(events.map(({ data }) => data[0])).toContain("999");
    expect(logs[0]?.counts).toEqual({ 902: 1000 });
  });

  test("says what of it is damaged", async () => {
    const log = writeLog(Array.from({ length: 3000 }, (_, n) => event(n + 1, classic([info]))));
    log.fill(0xee, 4096 + 70_000, 4096 + 72_000);
    const { handled, readings } = await readBytes(evtxFormat, log);
    expect(handled.length).toBeGreaterThan(2900);
    expect(readings[0]?.notes[0]).toMatch(
      /^\d+ damaged places?, \d+ bytes that could not be read, the first at offset \d+: /,
    );
  });
});
