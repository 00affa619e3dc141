import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { problem } from "../protocol/problems.ts";
import { readBounded } from "./files.ts";

/** A TLS certificate with its chain, and its private key, as PEM texts. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** The files of a certificate: paths. */
export type CertificateFiles = Certificate;

/** The largest certificate or key file that is read, in bytes. */
export const MOST_PEM = 1024 * 1024;

/**
 * Reads a certificate and its key, and makes sure that they can be served. Throws BAD_INPUT when a file cannot be read,
 * holds something else, or the key belongs to another certificate, LICENSE_EXPIRED outside the certificate's dates.
 */
export function readCertificate(files: CertificateFiles, now: number): Certificate {
  const [cert, key] = [readBounded(files.cert, MOST_PEM), readBounded(files.key, MOST_PEM)];
  const certificate = parse(cert, files.cert);
  if (!certificate.checkPrivateKey(parseKey(key, files.key))) {
    throw problem(
      "BAD_INPUT",
      `The private key ${files.key} is not that of the certificate ${files.cert}; give two files that belong together.`,
    );
  }
  checkDates(certificate, files.cert, now);
  return { cert, key };
}

/** When a certificate ends, milliseconds since the epoch. */
export function certificateEnd({ cert }: Certificate): number {
  return Date.parse(new X509Certificate(cert).validTo);
}

/** Throws BAD_INPUT unless this is the PEM text of at least one certificate; `path` is for the sentence. */
export function checkAuthorities(pem: string, path: string): void {
  parse(pem, path);
}

/** Those of these names and addresses that a certificate is not for: whoever connects by them will not trust it. */
export function namesNotIn({ cert }: Certificate, names: readonly string[]): string[] {
  const certificate = new X509Certificate(cert);
  const covers = (name: string) => (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name));
  return names.filter((name) => covers(name) === undefined);
}

function parse(pem: string, path: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw problem(
      "BAD_INPUT",
      `${path} is not a certificate in PEM form (-----BEGIN CERTIFICATE-----); give the file with the certificate and its chain.`,
      { cause: error },
    );
  }
}

function parseKey(pem: string, path: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw problem(
      "BAD_INPUT",
      `${path} is not a private key in PEM form without a passphrase; give the key of the certificate, decrypted.`,
      { cause: error },
    );
  }
}

function checkDates({ validFrom, validTo }: X509Certificate, path: string, now: number): void {
  if (now >= Date.parse(validTo)) {
    throw problem("LICENSE_EXPIRED", `The certificate ${path} ended on ${day(validTo)}; renew it.`);
  }
  if (now < Date.parse(validFrom)) {
    throw problem(
      "LICENSE_EXPIRED",
      `The certificate ${path} begins on ${day(validFrom)}; use one that is valid now, or set the clock right.`,
    );
  }
}

function day(date: string): string {
  return new Date(date).toISOString().slice(0, 10);
}
