import { readLocation, showLocation } from "../../src/host/postgres/location.ts";
import { eventInfo } from "../../src/protocol/events.ts";
import { KEYS, NOW } from "./documents.ts";
import type { Broken } from "./target.ts";

/** Texts that lie in files of a machine. */

export const TSIG_KEY = `key "muster.corp.example" {
	algorithm hmac-sha256; // of BIND
	secret "c2l4dGVlbiBieXRlcyBvaw==";
};
`;

export const HOST_KEYS = `${KEYS.host}\n${KEYS.host.replaceAll("-", " ").toLowerCase()}\n`;

export const PUBLISHED = {
  "corp.example": [{ priority: 0, weight: 5, port: 1688, target: "kms01.corp.example" }],
};

const line = { time: NOW, machine: "pc-1", id: 12402 };
const info = eventInfo(12402, { name: "port", from: "1688", to: "1689", by: "root" });
export const EVENTS = `${JSON.stringify({ ...line, info })}\n${JSON.stringify({ ...line, info: "0x0,a:1" })}\n`;

export const RESOLV = "# by hand\nnameserver 10.0.0.53\nsearch corp.example lab.example.\noptions ndots:2\n";
export const HOSTS = "127.0.0.1 localhost\n10.0.0.7\tpc-1.corp.example pc-1 # this one\n";
export const REGISTRY =
  "    Domain    REG_SZ    corp.example\r\n    SearchList    REG_SZ    a.example,b.example\r\n";

export const LOCATIONS = [
  "postgres://muster:geheim-7-3-1@db.corp.example:5432/muster?sslmode=require",
  "postgresql://db/muster",
];

/** Of `openssl req -x509`, for the key pair of the host and kms01.corp.example, until 2098. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBcDCCASKgAwIBAgIUA4sb9IASxfjpy/s1hsPg9XoEkdAwBQYDK2VwMB0xGzAZ
BgNVBAMMEmttczAxLmNvcnAuZXhhbXBsZTAgFw0yNjExMjIxNjI2NTJaGA8yMDk4
MDEyODE2MjY1MlowHTEbMBkGA1UEAwwSa21zMDEuY29ycC5leGFtcGxlMCowBQYD
K2VwAyEA7UkoxijRwsbq6QM4kFmVYSlZJzpcY/k2NsFGFKyHN9GjcjBwMB0GA1Ud
DgQWBBQ9hTQ9lc02KTCHLhmbLDJN5AS1ajAfBgNVHSMEGDAWgBQ9hTQ9lc02KTCH
LhmbLDJN5AS1ajAPBgNVHRMBAf8EBTADAQH/MB0GA1UdEQQWMBSCEmttczAxLmNv
cnAuZXhhbXBsZTAFBgMrZXADQQC0Us1AvnWkj4BGE96XnYor23VMVZ8WIa0Lfy8b
tl57B+0lsvQP0sNqmti1kEFFqA3tyX8WybjFseSQZdJaVqsO
-----END CERTIFICATE-----
`;

/** Another password in the address shows nowhere. */
export function isKeptSecret(shown: string, location: string): Broken {
  const [{ password } = { password: "" }] = readLocation(location);
  const other =
    password === "" ? location : location.replace(/^([^/]*\/\/[^/?#@:]*):[^/?#@]*@/, "$1:another@");
  return showLocation(other) !== shown && "The password is shown.";
}
