/** Texts and logs as administrators hand them over, made for tests: every value invented, every format real. */

/** Milliseconds since the epoch of the day on which all these tests play. */
export const NOON: number = Date.UTC(2026, 2, 10, 12, 0);
export const MINUTE = 60_000;
export const HOUR: number = 60 * MINUTE;
export const DAY: number = 24 * HOUR;

/** Activation ids of real client products. */
export const PRODUCTS = {
  windows11Enterprise: "73111121-5638-40f6-bc11-f1d7b0d64300",
  windows11Pro: "2de67392-b7a7-462a-b1ca-108dd189f588",
  server2019: "de32eafd-aaee-4662-9444-c1befb41bde2",
  server2022: "9bd77860-9b31-4b7b-96ad-2564017315bf",
  server2025: "7dc26449-db21-4e09-ba37-28f2958506a6",
  office2024: "8d368fc1-9470-4be2-8d66-90e836cbb051",
} as const;

/** A CMID by number. */
export function cmid(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
}

/** `slmgr /dlv` of a client, in English; licensed unless `status` says otherwise. */
export function clientDlv(
  of: {
    product?: string;
    name?: string;
    channel?: string;
    keyChannel?: string;
    partialKey?: string;
    status?: "Licensed" | "Notification" | "Initial grace period" | "Unlicensed";
    reason?: string;
    minutesLeft?: number;
    cmid?: string;
    /** `DNS auto-discovery: KMS name not available` when it is null. */
    host?: string | null;
    registered?: string;
    lookupDomain?: string;
    address?: string;
    caching?: boolean;
    build?: string;
    time?: number;
    hostPid?: string;
    rearms?: number;
    activationType?: string;
  } = {},
): string {
  const { channel = "VOLUME_KMSCLIENT", status = "Licensed", time = NOON, minutesLeft = 256_000 } = of;
  const isClient = channel === "VOLUME_KMSCLIENT";
  const lines = [
    `Software licensing service version: ${of.build ?? "10.0.26100.3624"}`,
    "",
    `Name: ${of.name ?? "Windows(R), Enterprise edition"}`,
    `Description: Windows(R) Operating System, ${channel} channel`,
    `Activation ID: ${of.product ?? PRODUCTS.windows11Enterprise}`,
    "Application ID: 55c92734-d682-4d71-983e-d6ec3f16059f",
    "Extended PID: 03612-03319-000-000000-03-1033-26100.0000-0402026",
    `Product Key Channel: ${of.keyChannel ?? (isClient ? "Volume:GVLK" : "Retail")}`,
    "Installation ID: 123456789012345678901234567890123456789012345678901234567890123",
    `Partial Product Key: ${of.partialKey ?? "2YT43"}`,
    `License Status: ${status}`,
    ...(status === "Licensed" && isClient
      ? [`Volume activation expiration: ${minutesLeft} minute(s) (${Math.ceil(minutesLeft / 1440)} day(s))`]
      : []),
    ...(status === "Initial grace period"
      ? [`Time remaining: ${minutesLeft} minute(s) (${Math.ceil(minutesLeft / 1440)} day(s))`]
      : []),
    ...(status === "Notification" ? [`Notification Reason: ${of.reason ?? "0xC004F056"}.`] : []),
    `Remaining Windows rearm count: ${of.rearms ?? 1001}`,
    "Remaining SKU rearm count: 1001",
    `Trusted time: ${americanTime(time)}`,
    ...(isClient ? [`Configured Activation Type: ${of.activationType ?? "All"}`] : []),
  ];
  if (!isClient) return `${lines.join("\r\n")}\r\n`;
  if (status !== "Licensed") {
    lines.push(
      "Please use slmgr.vbs /ato to activate and update KMS client information in order to update values.",
    );
    return `${lines.join("\r\n")}\r\n`;
  }
  const registered =
    of.registered === undefined ? undefined : `    Registered KMS machine name: ${of.registered}`;
  const discovered =
    of.host === null
      ? "    DNS auto-discovery: KMS name not available"
      : `    KMS machine name from DNS: ${of.host ?? "kms01.corp.example:1688"}`;
  lines.push(
    "",
    "Most recent activation information:",
    "Key Management Service client information",
    `    Client Machine ID (CMID): ${of.cmid ?? cmid(1)}`,
    ...(of.lookupDomain === undefined
      ? []
      : [`    Registered KMS SRV record lookup domain: ${of.lookupDomain}`]),
    registered ?? discovered,
    `    KMS machine IP address: ${of.address ?? "10.1.0.15"}`,
    `    KMS machine extended PID: ${of.hostPid ?? HOST_PID}`,
    "    Activation interval: 120 minutes",
    "    Renewal interval: 10080 minutes",
    `    KMS host caching is ${of.caching === false ? "disabled" : "enabled"}`,
  );
  return `${lines.join("\r\n")}\r\n`;
}

/** Extended PID of the host that the other texts are of. */
export const HOST_PID = "03612-00206-111-222333-03-1033-20348.0000-0102025";

/** `slmgr /dlv` of a host, in English. */
export function hostDlv(
  of: {
    channel?: string;
    status?: "Licensed" | "Notification" | "Initial grace period" | "Unlicensed";
    reason?: string;
    count?: number;
    port?: number;
    publishing?: boolean;
    lowPriority?: boolean;
    total?: number;
    failed?: number;
    name?: string;
    build?: string;
    time?: number;
    pid?: string;
  } = {},
): string {
  const { status = "Licensed", count = 50, total = 4000, failed = 0 } = of;
  return `${[
    `Software licensing service version: ${of.build ?? "10.0.20348.3692"}`,
    "",
    `Name: ${of.name ?? "Windows(R), ServerStandard edition"}`,
    `Description: Windows(R) Operating System, ${of.channel ?? "VOLUME_KMS_WS22"} channel`,
    "Activation ID: 11111111-2222-4333-8444-555555555555",
    "Application ID: 55c92734-d682-4d71-983e-d6ec3f16059f",
    `Extended PID: ${of.pid ?? HOST_PID}`,
    "Product Key Channel: Volume:CSVLK",
    "Installation ID: 123456789012345678901234567890123456789012345678901234567890123",
    "Partial Product Key: ABCDE",
    `License Status: ${status}`,
    ...(status === "Notification" ? [`Notification Reason: ${of.reason ?? "0xC004F009"}.`] : []),
    "Remaining Windows rearm count: 1000",
    "Remaining SKU rearm count: 1001",
    `Trusted time: ${americanTime(of.time ?? NOON)}`,
    "",
    "Key Management Service is enabled on this machine",
    `    Current count: ${count}`,
    `    Listening on Port: ${of.port ?? 1688}`,
    `    DNS publishing ${of.publishing === false ? "disabled" : "enabled"}`,
    `    KMS priority: ${of.lowPriority ? "Low" : "Normal"}`,
    "",
    "Key Management Service cumulative requests received from clients",
    `    Total requests received: ${total}`,
    `    Failed requests received: ${failed}`,
    "    Requests with License Status Unlicensed: 0",
    `    Requests with License Status Licensed: ${total - failed}`,
    "    Requests with License Status Initial grace period: 0",
    "    Requests with License Status License expired or Hardware out of tolerance: 0",
    "    Requests with License Status Non-genuine grace period: 0",
    "    Requests with License Status Notification: 0",
  ].join("\r\n")}\r\n`;
}

/** `slmgr /ato`: success with code 0. */
export function ato(code = 0, product: string = PRODUCTS.windows11Enterprise): string {
  const result =
    code === 0
      ? "Product activated successfully."
      : `Error: 0x${code.toString(16).toUpperCase()} The Software Licensing Service reported that the computer could not be activated.`;
  return `Activating Windows(R), Enterprise edition (${product}) ...\r\n${result}\r\n`;
}

/** An answer of nslookup for the SRV record; no targets: Non-existent domain. */
export function nslookup(
  zone: string,
  targets: readonly { host: string; port?: number; address?: string }[],
  server = "dc01.corp.example",
): string {
  const name = `_vlmcs._tcp.${zone}`;
  const head = `C:\\>nslookup -type=srv ${name}\r\nServer:  ${server}\r\nAddress:  10.1.0.10\r\n\r\n`;
  if (targets.length === 0) return `${head}*** ${server} can't find ${name}: Non-existent domain\r\n`;
  const records = targets.map(
    ({ host, port = 1688 }) =>
      `${name}\tSRV service location:\r\n          priority       = 0\r\n          weight         = 0\r\n          port           = ${port}\r\n          svr hostname   = ${host}\r\n`,
  );
  const addresses = targets.flatMap(({ host, address }) =>
    address ? [`${host}\tinternet address = ${address}\r\n`] : [],
  );
  return `${head}${records.join("")}${addresses.join("")}`;
}

/** An answer of nslookup for a host's address; no address: Non-existent domain. */
export function nslookupAddress(
  host: string,
  address: string | undefined,
  server = "dc01.corp.example",
): string {
  const head = `C:\\>nslookup ${host}\r\nServer:  ${server}\r\nAddress:  10.1.0.10\r\n\r\n`;
  return address === undefined
    ? `${head}*** ${server} can't find ${host}: Non-existent domain\r\n`
    : `${head}Name:    ${host}\r\nAddress:  ${address}\r\n`;
}

/** `Test-NetConnection`. */
export function portTest(host: string, isOpen: boolean, address = "10.1.0.15", port = 1688): string {
  const warning = isOpen ? "" : `WARNING: TCP connect to (${address} : ${port}) failed\r\n`;
  return `PS C:\\> Test-NetConnection ${host} -Port ${port}\r\n${warning}\r\n\r\nComputerName     : ${host}\r\nRemoteAddress    : ${address}\r\nRemotePort       : ${port}\r\nInterfaceAlias   : Ethernet\r\nSourceAddress    : 10.1.7.20\r\nTcpTestSucceeded : ${isOpen ? "True" : "False"}\r\n\r\n`;
}

/** An event for `eventXml`. */
export interface WrittenEvent {
  readonly id: number;
  readonly computer: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly data: readonly string[];
  readonly channel?: string;
  readonly level?: number;
}

/** A log as Event Viewer exports it to XML, newest first; record ids in the order of time. */
export function eventXml(events: readonly WrittenEvent[]): string {
  const numbered = events
    .toSorted((one, two) => one.time - two.time)
    .map((event, at) => ({ ...event, record: at + 1 }));
  return `\uFEFF<?xml version="1.0" encoding="utf-8" standalone="yes"?>\r\n<Events>${numbered.reverse().map(eventElement).join("")}</Events>`;
}

function eventElement({
  id,
  computer,
  time,
  data,
  channel,
  level = 4,
  record,
}: WrittenEvent & { record: number }): string {
  const log = channel ?? (id === 12290 ? "Key Management Service" : "Application");
  return `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Security-SPP' Guid='{E23B33B0-C8C9-472C-A5F9-F2BDFEA0F156}' EventSourceName='Software Protection Platform Service'/><EventID Qualifiers='16384'>${id}</EventID><Version>0</Version><Level>${level}</Level><Task>0</Task><Opcode>0</Opcode><Keywords>0x80000000000000</Keywords><TimeCreated SystemTime='${new Date(time).toISOString()}'/><EventRecordID>${record}</EventRecordID><Correlation/><Execution ProcessID='0' ThreadID='0'/><Channel>${log}</Channel><Computer>${computer}</Computer><Security/></System><EventData>${data.map((item) => `<Data>${escaped(item)}</Data>`).join("")}</EventData></Event>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** 12288 of a client, and its 12289 when `answer` says what came of it; two seconds apart. */
export function exchange(of: {
  computer: string;
  time: number;
  /** Field 1 of 12288. */
  code?: number;
  host?: string;
  cmid?: string;
  status?: number;
  minutesLeft?: number;
  product?: string;
  required?: number;
  virtual?: boolean;
  answer?: { activated: boolean; count: number; code?: number };
  /** How far the client's clock is behind, in milliseconds: it stamps both events. */
  behind?: number;
}): WrittenEvent[] {
  const { computer, code = 0, host = "kms01.corp.example:1688", product = PRODUCTS.windows11Enterprise } = of;
  const time = of.time - (of.behind ?? 0);
  const stamp = infoStamp(time);
  const sent = [
    hex(code),
    "0x00000000",
    host,
    of.cmid ?? cmid(1),
    stamp,
    of.virtual ? 1 : 0,
    of.status ?? 5,
    of.minutesLeft ?? 0,
    product,
    of.required ?? 25,
  ].join(", ");
  const events: WrittenEvent[] = [{ id: 12288, computer, time, data: [sent] }];
  if (of.answer) {
    const { activated, count, code: result = 0 } = of.answer;
    const flags = activated ? "0x00000000" : "0x04000000";
    const info = [hex(result), flags, activated ? 1 : 0, 0, count, 120, 10_080, stamp].join(", ");
    events.push({ id: 12289, computer, time: time + 2000, data: [info] });
  }
  return events;
}

/** 12290 of a host. */
export function handled(of: {
  computer?: string;
  time: number;
  name: string;
  code?: number;
  required?: number;
  cmid?: string;
  status?: number;
  minutesLeft?: number;
  product?: string;
  virtual?: boolean;
  behind?: number;
}): WrittenEvent {
  const code = of.code === undefined || of.code === 0 ? "0x0" : hex(of.code);
  const info = [
    code,
    of.required ?? 25,
    of.name,
    of.cmid ?? cmid(1),
    infoStamp(of.time - (of.behind ?? 0)),
    of.virtual ? 1 : 0,
    of.status ?? 1,
    of.minutesLeft ?? 249_120,
    of.product ?? PRODUCTS.windows11Enterprise,
  ].join(",");
  return { id: 12290, computer: of.computer ?? "kms01.corp.example", time: of.time, data: [info] };
}

/** A failing 8198; the rule tells whether the machine was licensed: 502ff3ba renews, eeba1977 activates. */
export function ruleFailed(of: {
  computer: string;
  time: number;
  code: number;
  product?: string;
  renewal?: boolean;
}): WrittenEvent {
  const rule = of.renewal
    ? "502ff3ba-669a-4674-bbb1-601f34a3b968;Action=AutoActivateSilent"
    : "eeba1977-569e-4571-b639-7623d8bfecc0;Action=AutoActivate";
  const pairs = `RuleId=${rule};AppId=55c92734-d682-4d71-983e-d6ec3f16059f;SkuId=${of.product ?? PRODUCTS.windows11Enterprise};NotificationInterval=1440;Trigger=TimerEvent`;
  return { id: 8198, computer: of.computer, time: of.time, level: 2, data: [`hr=${hex(of.code)}`, pairs] };
}

function hex(code: number): string {
  return `0x${code.toString(16).toUpperCase().padStart(8, "0")}`;
}

function infoStamp(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace("T", " ").replaceAll("-", "/");
}

function americanTime(time: number): string {
  const date = new Date(time);
  const hour = date.getUTCHours();
  const clock = [date.getUTCMinutes(), date.getUTCSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
  return `${date.getUTCMonth() + 1}/${date.getUTCDate()}/${date.getUTCFullYear()} ${hour % 12 || 12}:${clock} ${hour < 12 ? "AM" : "PM"}`;
}

/** The part of `ipconfig /all` that tells where names are looked for; blank suffixes are printed as blanks. */
export function ipconfig(
  of: {
    hostName?: string;
    suffix?: string;
    search?: readonly string[];
    connection?: string;
    address?: string;
    servers?: readonly string[];
  } = {},
): string {
  const { suffix = "", search = suffix === "" ? [] : [suffix], servers = ["10.1.0.10"] } = of;
  const [first = "", ...rest] = servers;
  return [
    "Windows IP Configuration",
    "",
    `   Host Name . . . . . . . . . . . . : ${of.hostName ?? "pc-1"}`,
    `   Primary Dns Suffix  . . . . . . . : ${suffix}`,
    "   Node Type . . . . . . . . . . . . : Hybrid",
    "   IP Routing Enabled. . . . . . . . : No",
    "   WINS Proxy Enabled. . . . . . . . : No",
    ...search.map((each, at) =>
      at === 0
        ? `   DNS Suffix Search List. . . . . . : ${each}`
        : `                                       ${each}`,
    ),
    "",
    "Ethernet adapter Ethernet:",
    "",
    `   Connection-specific DNS Suffix  . : ${of.connection ?? ""}`,
    "   DHCP Enabled. . . . . . . . . . . : Yes",
    `   IPv4 Address. . . . . . . . . . . : ${of.address ?? "10.1.7.20"}(Preferred) `,
    "   Subnet Mask . . . . . . . . . . . : 255.255.255.0",
    "   Default Gateway . . . . . . . . . : 10.1.7.1",
    ...(servers.length > 0 ? [`   DNS Servers . . . . . . . . . . . : ${first}`] : []),
    ...rest.map((each) => `                                       ${each}`),
    "   NetBIOS over Tcpip. . . . . . . . : Enabled",
    "",
  ].join("\r\n");
}

/** A registry export of texts: values by name, by key below HKEY_LOCAL_MACHINE. */
export function registryExport(keys: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  const blocks = Object.entries(keys).map(
    ([key, values]) =>
      `[HKEY_LOCAL_MACHINE\\${key}]\r\n${Object.entries(values)
        .map(([name, value]) => `"${name}"="${value.replaceAll("\\", "\\\\")}"\r\n`)
        .join("")}`,
  );
  return `Windows Registry Editor Version 5.00\r\n\r\n${blocks.join("\r\n")}`;
}

/** 12294 of a host, or 12293 with its code. */
export function publication(of: {
  computer?: string;
  time: number;
  domain?: string;
  code?: number;
}): WrittenEvent {
  const { computer = "kms01.corp.example", time, domain = "corp.example", code = 0 } = of;
  return code === 0
    ? { id: 12294, computer, time, data: [domain] }
    : { id: 12293, computer, time, level: 2, data: [hex(code), domain] };
}

/** 12290 of machines that renew: each asks once in every period, at a time of its own. */
export function renewals(of: {
  machines: number;
  from: number;
  until: number;
  /** Milliseconds; 7 days unless it says otherwise. */
  every?: number;
  computer?: string;
  prefix?: string;
  /** Number of the first CMID. */
  firstCmid?: number;
  product?: string;
  required?: number;
  status?: number;
  code?: number;
}): WrittenEvent[] {
  const { machines, from, until, every = 7 * DAY, prefix = "pc", firstCmid = 100, ...rest } = of;
  return Array.from({ length: machines }, (_, number) => {
    const events: WrittenEvent[] = [];
    for (let time = from + (number * every) / machines; time <= until; time += every) {
      events.push(
        handled({ ...rest, time, name: `${prefix}${number}.corp.example`, cmid: cmid(firstCmid + number) }),
      );
    }
    return events;
  }).flat();
}

/** A command of slmgr that ended with an error: its prompt, and the line that it prints. */
export function refused(command: string, code: number): string {
  const error = `Error: 0x${code.toString(16).toUpperCase()} The Software Licensing Service reported that it failed.`;
  return `C:\\>cscript //nologo slmgr.vbs ${command}\r\n${error}\r\n\r\n`;
}
