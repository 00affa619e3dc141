/** A command whose output is evidence. */
export interface EvidenceCommand {
  /** Name of its output in the bundle. */
  readonly file: string;
  readonly argv: readonly string[];
  /** As people type it, where that is not `argv`. */
  readonly typed?: string;
}

/** A domain, and the DNS server that has to know of it. */
export interface ServedDomain {
  readonly domain: string;
  readonly server: { readonly host: string; readonly port: number };
}

/** What is known of the machine that evidence is taken from. */
export interface CollectFrom {
  readonly platform: NodeJS.Platform;
  /** Domains in which it looks for hosts. */
  readonly suffixes: readonly string[];
  /** Domains that a server of their own is asked for. */
  readonly served?: readonly ServedDomain[];
  /** How Muster itself is started, and the folders of its roles that are there. */
  readonly muster: readonly string[];
  readonly folders: { readonly host?: string | undefined; readonly client?: string | undefined };
  /** The folder of Windows. */
  readonly windows: string;
}

/** Every command that takes evidence from this machine; all of them only read. */
export function evidenceCommands(from: CollectFrom): EvidenceCommand[] {
  return [
    ...musterCommands(from),
    ...(from.platform === "win32" ? windowsCommands(from) : unixCommands(from)),
  ];
}

function musterCommands({
  muster,
  folders,
  suffixes,
  served = [],
  platform,
}: CollectFrom): EvidenceCommand[] {
  const roles = (["host", "client"] as const).flatMap((role) => {
    const data = folders[role];
    if (data === undefined) return [];
    const of = ["--role", role, "--data", data];
    const own = (file: string, ...args: string[]) => ({
      file: `muster-${role}/${file}`,
      argv: [...muster, ...args],
      typed: ["muster", ...args].join(" "),
    });
    return [
      own("dlv.txt", "dlv", ...of),
      // What a client is told by its administrator, `dlv` prints only once it is licensed.
      ...(role === "client" ? [own("dlv.json", "dlv", "--json", ...of)] : []),
      own("events.xml", "events", "--xml", ...of),
    ];
  });
  if (roles.length === 0 || platform === "win32") return roles;
  return [
    ...roles,
    ...suffixes.map((suffix) => ({
      file: `network/srv-${suffix}.txt`,
      argv: ["dig", "SRV", `_muster._tcp.${suffix}`],
    })),
    ...served.map(({ domain, server: { host, port } }) => ({
      file: `network/srv-${domain}-served.txt`,
      argv: ["dig", `@${host}`, "-p", String(port), "SRV", `_muster._tcp.${domain}`],
    })),
  ];
}

const SPP = "*[System[Provider[@Name='Microsoft-Windows-Security-SPP']]]";
const SPP_KEY = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform";

/** What Microsoft's support asks for: slmgr, both logs, DNS, network, clock, settings, the image's history. */
function windowsCommands({ suffixes, windows }: CollectFrom): EvidenceCommand[] {
  const system = `${windows}\\System32`;
  const slmgr = [`${system}\\cscript.exe`, "//nologo", `${system}\\slmgr.vbs`];
  return [
    { file: "hostname.txt", argv: ["hostname"] },
    { file: "slmgr/dlv.txt", argv: [...slmgr, "/dlv"] },
    { file: "slmgr/dlv-all.txt", argv: [...slmgr, "/dlv", "all"] },
    {
      file: "events/application.xml",
      argv: ["wevtutil", "qe", "Application", `/q:${SPP}`, "/f:xml", "/c:20000", "/rd:true"],
    },
    {
      file: "events/key-management-service.xml",
      argv: ["wevtutil", "qe", "Key Management Service", "/f:xml"],
    },
    { file: "network/ipconfig.txt", argv: ["ipconfig", "/all"] },
    ...suffixes.map((suffix) => ({
      file: `network/srv-${suffix}.txt`,
      argv: ["nslookup", "-type=srv", `_vlmcs._tcp.${suffix}`],
    })),
    { file: "network/netstat.txt", argv: ["netstat", "-ano", "-p", "tcp"] },
    { file: "network/routes.txt", argv: ["route", "print"] },
    { file: "clock/w32tm.txt", argv: ["w32tm", "/query", "/status"] },
    { file: "services/sppsvc.txt", argv: ["sc", "query", "sppsvc"] },
    { file: "registry/spp.txt", argv: ["reg", "query", SPP_KEY] },
    { file: "image/setupact.log", argv: ["cmd", "/c", "type", `${system}\\Sysprep\\Panther\\setupact.log`] },
    { file: "image/edition.txt", argv: ["dism", "/Online", "/Get-CurrentEdition"] },
  ];
}

function unixCommands({ platform }: CollectFrom): EvidenceCommand[] {
  const common = [
    { file: "hostname.txt", argv: ["hostname"] },
    // What it prints says of itself what it is, as a bare name does not.
    { file: "uname.txt", argv: ["uname", "-a"] },
    { file: "network/resolv.txt", argv: ["cat", "/etc/resolv.conf"] },
  ];
  if (platform === "darwin") {
    return [
      ...common,
      { file: "network/routes.txt", argv: ["netstat", "-rn"] },
      { file: "network/dns.txt", argv: ["scutil", "--dns"] },
    ];
  }
  return [
    ...common,
    { file: "network/addresses.txt", argv: ["ip", "addr"] },
    { file: "network/routes.txt", argv: ["ip", "route"] },
    { file: "network/sockets.txt", argv: ["ss", "-tna"] },
    { file: "clock/timedatectl.txt", argv: ["timedatectl"] },
    { file: "clock/chrony.txt", argv: ["chronyc", "tracking"] },
  ];
}
