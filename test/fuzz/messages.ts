import { formatTime } from "../../src/protocol/time.ts";
import { CATALOGUE, GENUINE, HOLDER, KEYS, NOW } from "./documents.ts";

/** What clients, hosts and vendors send each other as JSON, always the same. */

const machine = { name: "pc-17.corp.example", fingerprint: "0123456789abcdef".repeat(4) };
const asked = {
  version: 1,
  product: HOLDER.product,
  cmid: HOLDER.cmid,
  time: formatTime(NOW),
  nonce: HOLDER.nonce,
};

export const REQUESTS = [
  {
    ...asked,
    application: CATALOGUE.applications[0]?.id,
    machine: { ...machine, virtual: false },
    status: 2,
    minutesLeft: 43_200,
    required: 25,
  },
  {
    ...asked,
    application: CATALOGUE.applications[0]?.id,
    machine: { ...machine, name: "端末-1", virtual: true },
    status: 1,
    minutesLeft: 259_200,
    required: 5,
    ticket: "dGlja2V0LXRpY2tldA",
  },
];

const counted = {
  count: 26,
  ticket: "dGlja2V0",
  activationInterval: 120,
  renewalInterval: 10_080,
  port: 1688,
  time: formatTime(NOW),
  hostLicense: GENUINE["host-licence"],
};

export const ANSWERS = [
  { ...counted, lease: GENUINE.lease, code: "0x00000000" },
  { ...counted, code: "0xC004F038", rearm: true },
];

export const REFUSALS = [
  {
    type: "about:blank",
    title: "The request is malformed.",
    status: 400,
    detail: "The request is malformed: version must be 1.",
    code: "0x80070057",
    name: "BAD_REQUEST",
  },
];

export const MAK_REQUESTS = [{ ...asked, key: KEYS.mak, machine }];
export const MAK_ANSWERS = [{ lease: GENUINE["vendor-lease"], activations: { used: 3, of: 10 } }];
export const HOST_ANSWERS = [{ license: GENUINE["host-licence"] }];
