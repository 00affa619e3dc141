import { hresult } from "../words.ts";
import { dayStamp } from "./stamps.ts";
import type { Words } from "./words.ts";

const number = (value: number) => value.toLocaleString("en");
const machines = (count: number) => (count === 1 ? "1 machine" : `${number(count)} machines`);
/** So many machines and what they do: of one, and of several. */
const they = (count: number, one: string, several: string) =>
  `${machines(count)} ${count === 1 ? one : several}`;
const pool = (name: string) => (name === "" ? "products that are not known" : name);

export const english: Words = {
  language: "en",
  title: "KMS clients",
  compareTitle: "From the old KMS host to the new one",
  hostLog: "Host log",
  clientsOf: (hosts) => `Clients of ${hosts}`,
  unnamedHost: "a host that the log does not name",
  span: (first, last, days) => `${first} to ${last} (${days} days)`,
  zoneOpen: "times as they were printed; their time zone is not known",
  utc: "UTC",
  short: (days) =>
    `The log is shorter than the renewal interval of ${days} days: that a machine was not seen proves nothing.`,
  selected: "The file holds only some of the events of its span: that a machine was not seen proves nothing.",
  interval: (days, stated) =>
    stated
      ? `Clients renew every ${days} days, as the evidence says.`
      : `Clients are taken to renew every ${days} days, Microsoft's default.`,
  repeated: (count) => `${count} requests stand in several files and are counted once.`,
  undated: (count) => `${count} requests have no time and are in no plot.`,
  machines: "Machines",
  machine: "Machine",
  requests: "Requests",
  failed: "Refused",
  virtual: "Virtual",
  physical: "Physical",
  virtualHint: "by the machines' own word, which Microsoft's documents call unused",
  products: "Products",
  product: "Product",
  unknownProduct: (id) => `not known: ${id}`,
  required: "Required",
  failures: "Refused requests",
  code: "Code",
  meaning: "Meaning",
  lastSeen: "Last seen",
  firstSeen: "First seen",
  state: "Status",
  condition: "Condition",
  expires: "Ends",
  next: "Next",
  cmid: "CMID",
  cmids: "CMIDs",
  names: "Names",
  host: "Host",
  counts: "Distinct CMIDs of the last 30 days",
  pool: "Counted together",
  otherPool: "not known",
  now: "Now",
  highest: "Highest",
  cap: "Counted up to",
  countsHint: "The first 30 days of a log start from nothing: what was counted before it is not in it.",
  sharedCmids: "One CMID under several names",
  cluster: ({ verdict, members, prefix }) => {
    const who = machines(members.length);
    const alike = prefix.length > 2 ? `, all named ${prefix}…` : "";
    if (verdict === "overlapping")
      return `${who} use it in turns${alike}: clones of an image that was not generalised; they count as one`;
    if (verdict === "sequential") return `${who}, one after the other: renamed or imaged again; benign`;
    return `${who}${alike}: the log ends too early to tell clones from a rename`;
  },
  severalCmids: "One machine under several CMIDs",
  change: ({ verdict, cmids }) =>
    verdict === "alternating"
      ? `${cmids.length} CMIDs in turns: two machines of this name, or a snapshot that is restored`
      : `${cmids.length} CMIDs, one after the other: rearmed or imaged again; benign`,
  requestsPerDay: "Requests a day",
  requestsPerWeek: "Requests a week",
  hoursOfDay: "Requests by hour of the day",
  answered: "answered",
  refused: "refused",
  countOverTime: (name) => `Distinct CMIDs of 30 days: ${pool(name)}`,
  statesAsked: "Status of those who asked",
  needAttention: (some, all) => `Machines that need attention: ${some} of ${all}`,
  nobodyNeedsAttention: "No machine needs attention.",
  more: (count, how) => `${count} more; ${how} shows all.`,
  all: "All",
  conditions: {
    failing: "refused",
    "not-activated": "not activated",
    expired: "expired",
    overdue: "overdue",
    new: "new",
    ok: "fine",
    replaced: "replaced",
    renamed: "renamed",
  },
  conditionHints: {
    failing: "The host refused their last request.",
    "not-activated":
      "The host answered, and they asked again without having become licensed: most often the count is too low.",
    expired: "Not seen for more than two renewal intervals, and their activation has ended since.",
    overdue: "Not seen for more than two renewal intervals, though the log goes on.",
    new: "First seen in the last 30 days.",
    ok: "They renew as they should.",
    replaced: "They go on with another edition.",
    renamed: "They go on under another name.",
  },
  why: ({ condition, code, first, last, renamedTo }, ends) => {
    const days = number(Math.floor((ends - last) / 86_400_000));
    switch (condition) {
      case "failing":
        return `refused with ${hresult(code)}`;
      case "not-activated":
        return "answered, but asks again unlicensed";
      case "expired":
        return `not seen for ${days} days, activation ended`;
      case "overdue":
        return `not seen for ${days} days`;
      case "new":
        return `new since ${dayStamp(first)}`;
      case "renamed":
        return `now ${renamedTo ?? "another name"}`;
      case "replaced":
        return "goes on with another edition";
      case "ok":
        return "fine";
    }
  },
  states: [
    "Unlicensed",
    "Licensed",
    "Initial grace",
    "Additional grace",
    "Non-genuine grace",
    "Notification",
    "Extended grace",
  ],
  codes: {
    3221549164: "The clocks of client and host differ by more than 4 hours.",
    3221549122: "The host's key does not cover this product.",
    3221549121: "The host itself is not activated.",
    3221549113: "The machine that was asked is no KMS host.",
    3221549112: "The host has not counted enough machines.",
    3221549077: "The host's key is for client Windows only.",
    3221549136: "The product key is not valid.",
    2147942487: "The request is malformed.",
  },
  oldHost: "Old host",
  newHost: "New host",
  lastAtOld: "Last at the old",
  firstAtNew: "First at the new",
  lastAtNew: "Last at the new",
  move: "Where",
  movedAt: "Moved",
  moves: {
    old: "still on the old",
    failing: "refused by the new",
    gone: "gone from both",
    moved: "moved",
    "only-new": "only on the new",
  },
  moveHints: {
    old: "Their last request went to the old host.",
    failing: "They ask the new host, and it refuses them.",
    gone: "Neither host has seen them for more than two renewal intervals.",
    moved: "Their last request went to the new host.",
    "only-new": "The old host's log does not know them.",
  },
  switchOff: {
    now: "The old host can be switched off: every machine that still asks for activation asks the new one.",
    "not-yet": "The old host cannot be switched off yet.",
    unknown: "These logs do not tell whether the old host can be switched off.",
  },
  reason: (reason) => {
    switch (reason.what) {
      case "old":
        return `${they(reason.count, "still asks", "still ask")} the old host: point DNS, or the name set with slmgr /skms, to the new one.`;
      case "failing":
        return `${they(reason.count, "asks the new host and is", "ask the new host and are")} refused.`;
      case "gone":
        return `${they(reason.count, "has", "have")} not been seen by either host for more than two renewal intervals; that keeps nobody waiting, but one that comes back with the old name set by slmgr /skms will not find the new host.`;
      case "count-too-low":
        return `The new host has counted ${reason.count} machines for ${pool(reason.pool)} and needs ${reason.required}.`;
      case "same-host":
        return `Both logs are of ${reason.host}.`;
      case "old-log-ends-early":
        return `The old host's log ends ${reason.count} days before the new one's; export both on the same day.`;
      case "new-log-ends-early":
        return `The new host's log ends ${reason.count} days before the old one's; export both on the same day.`;
    }
  },
  lookAgain: (when) => `All that ask the old host are due again by ${when}; compare again after that.`,
  firstExpiry: (when) => `The first activation among them ends on ${when}.`,
  number,
  share: (part, whole) => `${part} of ${whole}`,
};
