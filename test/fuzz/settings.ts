import { Command, CommanderError } from "commander";
import { addSettings, asRole, dataOption, wholeNumber } from "../../src/cli/settings.ts";
import { type ClientState, NEW_STATE, newProduct } from "../../src/client/state.ts";
import { checkSetting, readSettings, SETTING_NAMES } from "../../src/host/settings.ts";
import type { SettingName, Store } from "../../src/host/store.ts";
import { GENUINE, HOLDER, KEYS, NOW } from "./documents.ts";
import { scratchFile } from "./scratch.ts";
import { Refused } from "./target.ts";

/** What people and Muster write into files that set something. */

export const SETTINGS = [
  "activation-interval 120",
  "renewal-interval 10080",
  "port 1688",
  "dns-publishing off",
  "priority low",
  "duplicates rearm",
  "event-log-size 20",
  "retention-days 365",
];

/** Gives a host a setting, `NAME VALUE`, as its store would; what it then goes by. */
export async function readSetting(text: string): Promise<{ name: SettingName; settings: object }> {
  const [name = "", value = ""] = text.split(/ (.*)/s);
  const known = SETTING_NAMES.find((each) => each === name);
  if (known === undefined) throw new Refused("There is no such setting.");
  checkSetting(known, value);
  const store = {
    setting: async (asked: string) => (asked === known ? value : undefined),
  } as unknown as Store;
  return { name: known, settings: await readSettings(store) };
}

/** A settings file as `--config` names it. */
export const TOML = [
  'log-level = "error"\n[host]\nport = 1688\ndns-server = "10.0.0.53"\nonce = true\n',
  'data = "/var/lib/muster"\nhost.dns-domain = ["corp.example", "lab.example"]\nport = "1688"\n',
];

/** The options that a command of the host has after the file was read. */
export async function readSettingsFile(input: Uint8Array): Promise<object> {
  const program = new Command("muster").option("--config <file>").exitOverride();
  program.configureOutput({ writeErr: () => {} });
  const run = asRole("host", new Command("run"))
    .addOption(dataOption("host"))
    .option("--port <port>", "", wholeNumber(0, 65_535))
    .option("--dns-server <address>")
    .option("--dns-domain <domains...>")
    .option("--no-once")
    .option("--log-level <level>")
    .exitOverride()
    .action(() => {});
  program.addCommand(run);
  addSettings(program);
  try {
    await program.parseAsync(["--config", scratchFile("muster.toml", input), "run"], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) throw new Refused(error.message);
    throw error;
  }
  return run.opts();
}

/** Scenario files for the simulator. */
export const SCENARIO = {
  name: "branch",
  summary: "A branch with two hosts.",
  days: 90,
  seed: 7,
  hosts: 2,
  seats: 20,
  overage: "deny",
  "licence-days": 30,
  policy: { renewalInterval: 1440 },
  machines: [
    { name: "laptop", number: 20, day: 3, within: 8 },
    { name: "server", number: 5, product: "server", virtual: true },
  ],
  events: [
    { what: "host-down", day: 10, hour: 4, days: 2.5, host: "kms02" },
    { what: "cloned", day: 5, machines: "laptop-003", name: "copy", number: 4, every: 7, until: 60 },
    { what: "clock", day: 6, machines: "all", first: 3, hours: -5 },
  ],
};

export const SCENARIO_TOML = `${SCENARIO.days === 90 ? "days = 90" : ""}
name = "branch"
[policy]
renewalInterval = 1_440 # a day
[[machines]]
name = "laptop"
number = 20
[[events]]
what = 'host-down'
day = 10
days = 2.5
`;

/** What a client keeps on its disk, with everything in it that can be. */
export const STATE: ClientState = {
  ...NEW_STATE,
  cmid: HOLDER.cmid,
  rearms: 2,
  settings: {
    registeredHost: { host: "kms01.corp.example", port: 1688, secure: true },
    lookupDomain: "corp.example",
    hostCaching: false,
  },
  cachedHost: { host: "fd00::1", port: 1688, secure: false },
  ticket: "t".repeat(40),
  clock: { signed: NOW, local: NOW },
  products: {
    [HOLDER.product]: {
      ...newProduct(NOW),
      key: { kind: "setup", partial: KEYS.setup[0].slice(-5), text: KEYS.setup[0], installed: NOW },
      grant: {
        lease: GENUINE.lease,
        hostLicense: GENUINE["host-licence"],
        cmid: HOLDER.cmid,
        hardware: ["ab", "cd"],
      },
      hardwareChanged: NOW,
      intervals: { activation: 120, renewal: 10_080 },
      host: { target: { host: "kms01", port: 1688, secure: false }, address: "10.0.0.1", source: "dns" },
      lastAttempt: {
        time: NOW,
        code: "0x8007232B",
        name: "DNS_NAME_NOT_FOUND",
        message: "There is no SRV record.",
        count: 3,
        tries: [
          {
            host: "corp.example",
            address: undefined,
            code: "0x8007232B",
            name: "DNS_NAME_NOT_FOUND",
            reason: "no",
          },
        ],
      },
      lastSuccess: NOW,
      nextAttempt: NOW,
    },
  },
};
