/** A program that tests start, and where it comes from. */
export interface Need {
  readonly program: string;
  /** The module that the system's Python must be able to import, where that is the need. */
  readonly module?: string;
  /** The Debian package. */
  readonly package: string;
  readonly purpose: string;
}

/** Every program that tests need beside Bun. */
export const NEEDS: readonly Need[] = [
  { program: "named", package: "bind9", purpose: "the DNS server that hosts publish themselves in" },
  { program: "dig", package: "bind9-dnsutils", purpose: "asking that server" },
  { program: "openssl", package: "openssl", purpose: "a second opinion on signatures" },
  { program: "python3", package: "python3", purpose: "a client in another language" },
  { program: "evtxexport", package: "libevtx-utils", purpose: "a second opinion on Windows event logs" },
  { program: "xmllint", package: "libxml2-utils", purpose: "checking exported events against a schema" },
  { program: "chromium", package: "chromium", purpose: "reports and the console as a browser shows them" },
  { program: "pdftotext", package: "poppler-utils", purpose: "what a printed report says" },
  { program: "curl", package: "curl", purpose: "asking a host as its administrators may" },
  { program: "ping", package: "iputils-ping", purpose: "telling a silent port from a machine that is gone" },
  { program: "ip", package: "iproute2", purpose: "networks of namespaces, in which deployments are broken" },
  { program: "nft", package: "nftables", purpose: "the firewalls in them" },
  { program: "faketime", package: "faketime", purpose: "clocks that are wrong" },
  { program: "tshark", package: "tshark", purpose: "a second opinion on the bind to a KMS host" },
  { program: "smbd", package: "samba", purpose: "an RPC server that is no KMS host" },
  { program: "pg_ctlcluster", package: "postgresql", purpose: "the database that several hosts share" },
  { program: "pgbouncer", package: "pgbouncer", purpose: "a pooler in the place of that database" },
  { program: "fuser", package: "psmisc", purpose: "ending the one program that has a port" },
  { program: "mkfs.ext4", package: "e2fsprogs", purpose: "disks of their own, which become full or fail" },
  { program: "mount", package: "mount", purpose: "putting them in" },
  { program: "setpriv", package: "util-linux", purpose: "running that server as a user that is not root" },
  { program: "python3", module: "jwt", package: "python3-jwt", purpose: "leases read by a library for JWT" },
  {
    program: "python3",
    module: "cryptography",
    package: "python3-cryptography",
    purpose: "the signatures that library checks",
  },
];

/** The machine that tests run on. */
export interface Machine {
  /** Debian or one of its children: it has apt-get. */
  readonly isDebian: boolean;
  readonly isRoot: boolean;
}

/** The commands that install what is missing, or the one sentence that says what a person must do. */
export type Plan = { readonly commands: readonly string[][] } | { readonly sentence: string };

/** What to do about missing programs. */
export function planFor(missing: readonly Need[], { isDebian, isRoot }: Machine): Plan {
  const packages = [...new Set(missing.map((need) => need.package))];
  if (isDebian && isRoot) {
    const patient = ["-o", "DPkg::Lock::Timeout=300"];
    return {
      commands: [
        ["apt-get", "update"],
        ["apt-get", "install", "-y", "--no-install-recommends", ...patient, ...packages],
      ],
    };
  }
  const uses = missing.map((need) => `${nameOf(need)} (${need.purpose})`).join(", ");
  const install = isDebian
    ? `run: sudo apt-get install ${packages.join(" ")}`
    : `install them and put them on the PATH; Debian's packages for them are ${packages.join(" ")}`;
  return { sentence: `The tests need ${uses}; ${install}` };
}

/** The needs whose program is not found on this PATH, or whose module cannot be imported. */
export function missingNeeds(path: string, needs: readonly Need[] = NEEDS): Need[] {
  return needs.filter(
    ({ program, module }) =>
      Bun.which(program, { PATH: path }) === null || (module !== undefined && !canImport(module)),
  );
}

/** Debian's packages are for the system's own Python, whichever other one comes first on the PATH. */
const SYSTEM_PYTHON = "/usr/bin/python3";

function canImport(module: string): boolean {
  try {
    return Bun.spawnSync([SYSTEM_PYTHON, "-c", `import ${module}`]).exitCode === 0;
  } catch {
    return false; // There is no such Python.
  }
}

function nameOf({ program, module }: Need): string {
  return module === undefined ? program : `${program} with ${module}`;
}

/**
 * Makes sure that every need is there, installing what is missing where that is possible. Gives what to say when
 * something is missing still.
 */
export function provideNeeds(path: string, isRoot = process.getuid?.() === 0): string | undefined {
  const missing = missingNeeds(path);
  if (missing.length === 0) return undefined;
  const isDebian = Bun.which("apt-get", { PATH: path }) !== null;
  const plan = planFor(missing, { isDebian, isRoot });
  if ("sentence" in plan) return plan.sentence;
  console.log(`Installing what the tests need: ${missing.map(nameOf).join(", ")}`);
  for (const command of plan.commands) {
    const env = { ...process.env, PATH: path, DEBIAN_FRONTEND: "noninteractive" };
    const { exitCode, stdout, stderr } = Bun.spawnSync(command, { env });
    if (exitCode !== 0) {
      return `${stdout}${stderr}\nInstalling what the tests need failed as told above; mend that and run: ${command.join(" ")}`;
    }
  }
  const still = missingNeeds(path).map(nameOf);
  return still.length === 0 ? undefined : `Still missing after the installation: ${still.join(", ")}.`;
}
