import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CertificateFiles } from "../src/vendor/certificate.ts";

/** A certificate authority of a test, and certificates by it. */
export interface Authority {
  /** The file with its certificate. */
  readonly file: string;
  readonly pem: string;
  /**
   * Makes a certificate for names such as `DNS:localhost` or `IP:127.0.0.1`; from and to are `20260101000000Z`, and
   * without them it is valid now.
   */
  issue(name: string, subjects: readonly string[], dates?: { from: string; to: string }): CertificateFiles;
}

const NOW_ON = { from: "20200101000000Z", to: "20990101000000Z" };
const EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/** Makes a certificate authority in a folder, by openssl. */
export function makeAuthority(folder: string, name = "ca"): Authority {
  const path = (file: string) => join(folder, file);
  const file = path(`${name}.pem`);
  const subject = `/CN=Authority ${name}`;
  openssl(
    "req",
    "-x509",
    ...EC,
    "-days",
    "30",
    "-subj",
    subject,
    "-keyout",
    path(`${name}.key`),
    "-out",
    file,
  );
  writeFileSync(path(`${name}.index`), "");
  let serial = 0;
  return {
    file,
    pem: readFileSync(file, "utf8"),
    issue(certificate, subjects, { from, to } = NOW_ON) {
      const [cert, key, request] = [".pem", ".key", ".csr"].map((end) => path(certificate + end)) as [
        string,
        string,
        string,
      ];
      const config = path(`${certificate}.conf`);
      writeFileSync(path(`${name}.serial`), (++serial).toString(16).padStart(4, "0"));
      writeFileSync(config, configFor(path(name), folder, subjects));
      openssl("req", "-new", ...EC, "-subj", `/CN=${certificate}`, "-keyout", key, "-out", request);
      const dates = ["-startdate", from, "-enddate", to];
      openssl("ca", "-batch", "-notext", "-config", config, ...dates, "-in", request, "-out", cert);
      return { cert, key };
    },
  };
}

function configFor(authority: string, folder: string, subjects: readonly string[]): string {
  return `[ca]
default_ca = own
[own]
database = ${authority}.index
serial = ${authority}.serial
new_certs_dir = ${folder}
certificate = ${authority}.pem
private_key = ${authority}.key
default_md = sha256
policy = any
unique_subject = no
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = ${subjects.join(", ")}
`;
}

function openssl(...args: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(["openssl", ...args], { stderr: "pipe" });
  if (exitCode !== 0) throw new Error(`openssl ${args[0]}: ${stderr}`);
}
