// Made of the schemas of the admin API by scripts/console-types.ts; not to be edited.

/** The oldest day first, today last. */
export type Activity = {
  readonly days: readonly {
    readonly day: string;
    /** Requests, refused ones included. */ readonly received: number;
    /** Requests that were refused. */ readonly failed: number;
    /** The most leases at once. */ readonly leased: number;
  }[];
};

export type Backup = {
  /** Its path on the host's machine; mode 0600. */ readonly file: string;
  readonly bytes: number;
  readonly created: string;
  /** How many rows each table of the store has. */ readonly rows: Readonly<Record<string, number>>;
};

export type Cause = {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  /** Which deployments can have it. */ readonly systems: readonly ("kms" | "muster")[];
  /** The link of a request's way that it breaks. */ readonly link:
    | "client"
    | "dns"
    | "network"
    | "host"
    | "key"
    | "count";
  /** Who can cure it. */ readonly owner: string;
};

export type CauseExplained = {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  /** Which deployments can have it. */ readonly systems: readonly ("kms" | "muster")[];
  /** The link of a request's way that it breaks. */ readonly link:
    | "client"
    | "dns"
    | "network"
    | "host"
    | "key"
    | "count";
  /** Who can cure it. */ readonly owner: string;
  /** How it comes about, and what people take it for. */ readonly about: string;
  readonly lookalikes: readonly {
    readonly id: string;
    readonly title: string;
    readonly test: string;
  }[];
  readonly links: readonly string[];
};

export type Causes = {
  readonly causes: readonly Cause[];
};

export type Diagnosis = {
  readonly made: string;
  /** Milliseconds. */ readonly took: number;
  readonly verdict: "healthy" | "degraded" | "failing" | "incomplete";
  /** The verdict in one line. */ readonly sentence: string;
  readonly document: DiagnosisDocument;
  /** The id of the evidence, when it was kept. */ readonly kept?: string;
};

/** The same document as muster doctor --json prints. */
export type DiagnosisDocument = {
  readonly version: 1;
  readonly language: "en" | "ja";
  readonly system: "kms" | "muster";
  readonly verdict: "healthy" | "degraded" | "failing" | "incomplete";
  readonly machines: number;
  readonly evidence: readonly {
    readonly file: string;
    readonly kind: string;
    readonly role: string;
    readonly machine: string;
    readonly language: string;
    readonly records: number;
    readonly notes: readonly string[];
  }[];
  readonly chain: readonly {
    readonly link: "client" | "dns" | "network" | "host" | "key" | "count";
    readonly state: "ok" | "broken" | "unknown";
    readonly shows: string;
  }[];
  /** The first is the answer. */ readonly findings: readonly Finding[];
  readonly ruledOut: readonly {
    readonly id: string;
    readonly name: string;
    readonly because: string;
  }[];
  readonly missing: readonly {
    readonly what: string;
    readonly why: string;
    readonly command: string;
  }[];
  readonly notEvaluated: readonly {
    readonly id: string;
    readonly name: string;
  }[];
};

export type Event = {
  /** Its number in the log; grows by one with each event. */ readonly row: number;
  readonly time: string;
  readonly id: number;
  readonly side: "host" | "client";
  /** The machine that wrote it. */ readonly machine: string;
  readonly message: string;
  /** The fields in Microsoft's order, separated by commas. */ readonly info: string;
  readonly fields: Readonly<Record<string, string>>;
};

export type EventKinds = {
  readonly kinds: readonly {
    readonly id: number;
    /** Who writes it; a host has its own only. */ readonly side: "host" | "client";
    /** What happened, in one sentence. */ readonly message: string;
    /** What it means and what to do. */ readonly meaning: string;
    readonly fields: readonly string[];
  }[];
};

export type Events = {
  readonly events: readonly Event[];
  /** As `before` it gives the page of earlier events; null when there are none. */ readonly older:
    | number
    | null;
  /** As `after` it gives the page of later events; null when there are none yet. */ readonly newer:
    | number
    | null;
};

export type Evidence = {
  readonly evidence: readonly {
    readonly id: string;
    readonly kept: string;
    readonly files: readonly {
      readonly name: string;
      readonly bytes: number;
    }[];
  }[];
};

export type Finding = {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly verdict: "confirmed" | "likely" | "possible" | "benign";
  readonly severity: "critical" | "error" | "warning" | "notice" | "info";
  readonly why: string;
  readonly affects: readonly string[];
  readonly evidence: readonly {
    readonly file: string;
    /** The first is 1; 0 in a log, whose places are records. */ readonly line: number;
    /** EventRecordID; 0 in a text. */ readonly record: number;
    readonly quote: string;
  }[];
  readonly lookalikes: readonly {
    readonly id: string;
    readonly test: string;
  }[];
  readonly remedy: {
    /** The steps, one a line. */ readonly text: string;
    readonly commands: readonly string[];
    /** Who can do it. */ readonly owner: string;
    readonly cost: string;
    readonly undo: string;
    readonly verify: string;
  };
  readonly links: readonly string[];
};

export type ForgottenMachine = {
  readonly application: string;
  readonly cmid: string;
  readonly name: string;
};

export type Health = {
  readonly status: "ok" | "failing";
  /** Names of problems. */ readonly reasons?: readonly string[];
};

export type HostLicense = {
  readonly issued: string;
  readonly notBefore: string;
  readonly expires: string;
  readonly daysLeft: number;
  /** Whether it may be used today. */ readonly isValid: boolean;
  /** The last five characters of its host key. */ readonly partialKey: string;
  /** null is no limit. */ readonly seats: number | null;
  readonly overage: "allow" | "deny";
  /** The activation ids that it covers. */ readonly products: readonly string[];
};

export type Hosts = {
  readonly hosts: readonly {
    readonly id: string;
    /** Its machine name. */ readonly name: string;
    /** Where clients reach it. */ readonly url: string;
    /** Its version of Muster. */ readonly version: string;
    readonly started: string;
    readonly lastSeen: string;
    /** When it was stopped; null when it was not. */ readonly stopped: string | null;
    /** `gone` has not noted itself for two minutes, and was not stopped. */ readonly state:
      | "running"
      | "stopped"
      | "gone";
    /** Whether it is the host that answers. */ readonly isSelf: boolean;
  }[];
};

export type InstallationId = {
  /** 22 groups of seven digits, separated by hyphens. */ readonly installationId: string;
  readonly groups: readonly string[];
  readonly partialKey: string;
};

export type Keys = {
  readonly vendor: {
    readonly id: string;
    readonly name: string;
  };
  readonly catalogueIssued: string;
  readonly license: HostLicense | null;
  /** The last five characters of each host key that the host keeps, the newest last. */ readonly hostKeys: readonly string[];
  readonly products: readonly {
    /** The activation id. */ readonly id: string;
    readonly name: string;
    readonly application: {
      readonly id: string;
      readonly name: string;
    };
    readonly channel: string;
    readonly required: number;
    /** Minutes; a setting of the host goes before it. */ readonly activationInterval: number;
    /** Minutes, likewise. */ readonly renewalInterval: number;
    /** Minutes. */ readonly lease: number;
    /** Whether the host licence covers it. */ readonly isLicensed: boolean;
    /** Public keys that make a machine a client of it, the newest last. */ readonly setupKeys: readonly string[];
  }[];
};

export type LicenseRequest = {
  /** A compact JWS. */ readonly request: string;
  /** A name for its file. */ readonly file: string;
  readonly partialKey: string;
};

/** One CMID of one application. */
export type Machine = {
  readonly application: string;
  readonly cmid: string;
  /** The product it asked for last. */ readonly product: string;
  readonly name: string;
  /** SHA-256 over what identifies the hardware, in hex. */ readonly fingerprint: string;
  readonly virtual: boolean;
  /** Where its last request came from. */ readonly address: string;
  /** The license status it reported last, before the answer. */ readonly status: number;
  /** Whether its lease is in force, has ended, or was never granted. */ readonly state:
    | "licensed"
    | "expired"
    | "unlicensed";
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly leaseExpires: string | null;
  /** When it is expected to ask next, by the intervals in force; machines spread this by a tenth. */ readonly nextRenewal: string;
  /** Whether it holds a lease, and has not asked when it should have. */ readonly overdue: boolean;
  readonly requests: number;
  /** The code of its last answer. */ readonly code: string;
  readonly note: string;
  /** Whether its next answer tells it to take a new CMID. */ readonly rearm: boolean;
};

export type MachineFinding = {
  /** `attention` works now and will not stay so; `failing` holds no lease, or cannot renew it. */ readonly standing:
    | "fine"
    | "attention"
    | "failing";
  /** The gravest of the remarks. */ readonly sentence: string;
  /** What the host's own records say of it, the gravest first. */ readonly remarks: readonly {
    readonly is: "fine" | "attention" | "failing";
    readonly text: string;
  }[];
  /** What the doctor says of this deployment that concerns it; the first is the answer. */ readonly findings: readonly Finding[];
  /** When the doctor looked; null when it could not. */ readonly made: string | null;
  /** Why the doctor could not look. */ readonly trouble?: string;
};

export type MachinePage = {
  readonly machines: readonly Machine[];
  /** How many machines match; with the first page only. */ readonly total?: number;
  /** The cursor of the next page; absent on the last. */ readonly next?: string;
};

export type MachineWithEvents = {
  readonly application: string;
  readonly cmid: string;
  /** The product it asked for last. */ readonly product: string;
  readonly name: string;
  /** SHA-256 over what identifies the hardware, in hex. */ readonly fingerprint: string;
  readonly virtual: boolean;
  /** Where its last request came from. */ readonly address: string;
  /** The license status it reported last, before the answer. */ readonly status: number;
  /** Whether its lease is in force, has ended, or was never granted. */ readonly state:
    | "licensed"
    | "expired"
    | "unlicensed";
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly leaseExpires: string | null;
  /** When it is expected to ask next, by the intervals in force; machines spread this by a tenth. */ readonly nextRenewal: string;
  /** Whether it holds a lease, and has not asked when it should have. */ readonly overdue: boolean;
  readonly requests: number;
  /** The code of its last answer. */ readonly code: string;
  readonly note: string;
  /** Whether its next answer tells it to take a new CMID. */ readonly rearm: boolean;
  readonly events: readonly Event[];
};

/** Problem details (RFC 9457). */
export type Problem = {
  readonly type: "about:blank";
  readonly title: string;
  readonly status: number;
  /** One sentence that says what to do. */ readonly detail: string;
  /** The HRESULT. */ readonly code: string;
  readonly name:
    | "COUNT_INSUFFICIENT"
    | "HOST_NOT_ACTIVATED"
    | "HOST_CANNOT_BE_USED"
    | "CLOCK_SKEW"
    | "BAD_REQUEST"
    | "TOO_LARGE"
    | "SLOW_DOWN"
    | "HOST_BUSY"
    | "NOT_FOUND"
    | "METHOD_NOT_ALLOWED"
    | "UNAUTHORIZED"
    | "MISDIRECTED"
    | "NO_HOST_CONTACTED"
    | "DNS_NAME_NOT_FOUND"
    | "DNS_NO_RECORDS"
    | "DNS_SERVER_FAILURE"
    | "NO_DNS_SERVER"
    | "NO_DNS_SUFFIX"
    | "HOST_NAME_NOT_RESOLVED"
    | "CONNECTION_REFUSED"
    | "CONNECTION_TIMED_OUT"
    | "HOST_UNREACHABLE"
    | "CONNECTION_LOST"
    | "NOT_A_HOST"
    | "HOST_NOT_TRUSTED"
    | "NOT_A_VENDOR"
    | "VENDOR_NOT_TRUSTED"
    | "DNS_FORMAT_ERROR"
    | "DNS_NOT_IMPLEMENTED"
    | "DNS_REFUSED"
    | "DNS_NOT_AUTHORITATIVE"
    | "DNS_NOT_ZONE"
    | "DNS_BAD_SIGNATURE"
    | "DNS_BAD_KEY"
    | "DNS_BAD_TIME"
    | "DNS_TIMED_OUT"
    | "KEY_INVALID"
    | "KEY_BLOCKED"
    | "KEY_MISSING"
    | "ACTIVATION_LIMIT"
    | "SEATS_EXHAUSTED"
    | "GRACE_EXPIRED"
    | "HARDWARE_CHANGED"
    | "REARM_LIMIT"
    | "SIGNATURE_INVALID"
    | "LICENSE_EXPIRED"
    | "MICROSOFT_PRODUCT"
    | "BAD_INPUT"
    | "NOT_INITIALIZED"
    | "ALREADY_EXISTS"
    | "IN_USE"
    | "PORT_IN_USE"
    | "ACCESS_DENIED"
    | "STORE_NEWER"
    | "HANDED_OVER"
    | "STORE_UNAVAILABLE"
    | "DEFECT";
};

export type RemovedEvidence = {
  readonly id: string;
};

export type Renewals = {
  /** When these were counted. */ readonly made: string;
  /** Machines with a lease that are to renew within a day. */ readonly day: number;
  /** The same within seven days, those of the day included. */ readonly week: number;
  /** Machines with a lease that have not asked when they should have. */ readonly overdue: number;
  /** Machines whose last answer had a code other than 0. */ readonly failing: number;
};

export type Session = {
  readonly host: string;
  /** The host's machine name. */ readonly name: string;
  /** The version of Muster. */ readonly version: string;
  /** When the session ends at the latest; null for who bears the token, and has none. */ readonly expires:
    | string
    | null;
};

/** New values by name; null is the default. */
export type SettingChanges = Readonly<Record<string, string | number | null>>;

export type Settings = {
  readonly settings: readonly {
    readonly name: string;
    /** What it does. */ readonly meaning: string;
    /** What is in force, as it would be given. */ readonly value: string;
    readonly default: string;
    readonly isDefault: boolean;
    /** What a value looks like, in words. */ readonly expects: string;
    /** All the values there are, when they are words. */ readonly choices?: readonly string[];
    /** The least number that it takes. */ readonly least?: number;
    readonly most?: number;
    /** What it was before its last change; null when never changed. */ readonly before: string | null;
    /** When it was changed last. */ readonly changed: string | null;
    readonly changedBy: string | null;
    /** Whether a change waits until the host is started again; all others take effect at once. */ readonly restart: boolean;
  }[];
  /** What the host licence grants; the vendor changes it. */ readonly seats: {
    /** null is no limit. */ readonly seats: number | null;
    /** What happens when the seats are taken. */ readonly overage: "allow" | "deny" | null;
    readonly leased: number;
  };
};

export type SignInLink = {
  /** The console, with a code behind #. */ readonly url: string;
  readonly expires: string | null;
};

export type Status = {
  readonly host: string;
  /** The host's machine name. */ readonly name: string;
  /** The version of Muster. */ readonly version: string;
  readonly started: string;
  /** Where clients on this machine reach the host. */ readonly activation: string;
  readonly licensed: boolean;
  /** Why it is not licensed. */ readonly reason?: string;
  /** That the store was handed over to another host, so that clients get nothing here. */ readonly handedOver: {
    readonly time: string;
    /** The account that handed it over. */ readonly by: string;
  } | null;
  readonly license: {
    readonly issued: string;
    readonly notBefore: string;
    readonly expires: string;
    /** The last five characters of the host key. */ readonly partialKey: string;
  } | null;
  readonly daysLeft: number;
  /** null is no limit. */ readonly seats: number | null;
  /** What happens when the seats are taken. */ readonly overage?: "allow" | "deny";
  /** How many machines hold a lease that has not ended. */ readonly leased: number;
  /** How many of the leases are more than there are seats. */ readonly aboveSeats: number;
  readonly applications: readonly {
    readonly id: string;
    readonly name: string;
    /** The count that clients are told. */ readonly current: number;
    /** The same, not capped. */ readonly unique: number;
    /** The required counts of its products, ascending. */ readonly required: readonly number[];
    readonly products: readonly {
      readonly id: string;
      readonly name: string;
      readonly required: number;
    }[];
  }[];
  readonly publishing: readonly {
    readonly domain: string;
    readonly published: boolean;
    readonly time: string;
    /** The problem of the last attempt. */ readonly name?: string;
    readonly code?: string;
    readonly detail?: string;
  }[];
  readonly store: {
    readonly bytes: number;
    readonly events: number;
    readonly eventBytes: number;
    /** The size at which the oldest events are dropped. */ readonly mostEventBytes: number;
  };
};

export type PatchMachinesApplicationCmidBody = {
  readonly note?: string;
  readonly rearm?: boolean;
};

export type PostLicenseRequestBody = {
  /** The secret host key; without it, the one that the host keeps. */ readonly key?: string;
};

export type PostLicenseInstallationIdBody = {
  /** The secret host key; without it, the one that the host keeps. */ readonly key?: string;
};

export type PostLicenseBody = {
  /** The text of the file: a compact JWS. */ readonly license: string;
};

export type PostLicenseConfirmationBody = {
  /** Its groups, with anything between them that is no digit. */ readonly digits: string;
  /** The secret host key; without it, the one that the host keeps. */ readonly key?: string;
};

export type PostCatalogueBody = {
  /** The text of the file: a compact JWS. */ readonly catalogue: string;
};

export type PostBackupBody = {
  /** The file's name; made from host and time when left out. */ readonly name?: string;
};

export type PostSessionBody = {
  readonly token: string;
};

/** Sign a browser out. */
export type DeleteSessionAnswer = Readonly<Record<string, unknown>>;
