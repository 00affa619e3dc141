import { eventXml, XML_HEAD, XML_TAIL } from "../../src/protocol/event-xml.ts";
import { eventInfo, type LoggedEvent } from "../../src/protocol/events.ts";
import { cmid, DAY, HOUR, NOON } from "./texts.ts";

const HOST = "lic01.corp.example";

/** Events as `muster events --xml` writes them, in the order given. */
export function musterXml(events: readonly LoggedEvent[]): string {
  return `${XML_HEAD}${events.map((event, at) => eventXml({ ...event, row: at + 1 })).join("")}${XML_TAIL}`;
}

/** Three requests of one machine, two hours apart, as a host of Muster logs them. */
export function asked(of: {
  machine: number;
  product: string;
  code?: string;
  status?: number;
  required?: number;
}): LoggedEvent[] {
  return [0, 2, 4].map((hours) => {
    const time = NOON - DAY + hours * HOUR;
    const info = eventInfo(12290, {
      code: of.code ?? "0x00000000",
      required: of.required ?? 25,
      name: `pc${of.machine}.corp.example`,
      cmid: cmid(of.machine),
      clientTime: new Date(time),
      virtual: false,
      status: of.status ?? 1,
      minutesLeft: 249_120,
      product: of.product,
    });
    return { id: 12290, time, machine: HOST, info };
  });
}

/** 12401 of a host of Muster. */
export function licenceEvent(code: string, daysLeft: number): LoggedEvent {
  return { id: 12401, time: NOON, machine: HOST, info: eventInfo(12401, { code, daysLeft }) };
}

/** `muster dlv --role host`. */
export function musterDlv(
  of: { status?: "Licensed" | "Unlicensed" | "Notification"; count?: number; total?: number } = {},
): string {
  const { status = "Licensed", count = 50, total = 300 } = of;
  return [
    "Software licensing service version: 0.1.0",
    "",
    "Name: Atlas, host",
    "Description: Atlas, VOLUME_KMS channel",
    "Activation ID: c8fc3952-1a58-4779-b165-196c4922ee2a",
    "Application ID: 614fdc07-61eb-4957-8821-b62a204ffbfd",
    "Extended PID:",
    "Installation ID:",
    status === "Unlicensed" ? "This license is not in use." : "Partial Product Key: ABCDE",
    `License Status: ${status}`,
    ...(status === "Notification" ? ["Notification Reason: 0x800B0101."] : []),
    "Trusted time: 3/10/2026 12:00:00 PM",
    "",
    "Key Management Service is enabled on this machine",
    `    Current count: ${count}`,
    "    Listening on Port: 1688",
    "    DNS publishing enabled",
    "    KMS priority: Normal",
    "",
    "Key Management Service cumulative requests received from clients",
    `    Total requests received: ${total}`,
    "    Failed requests received: 0",
    "",
  ].join("\n");
}
