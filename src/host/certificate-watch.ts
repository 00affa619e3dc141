import { statSync } from "node:fs";
import { Problem } from "../protocol/problems.ts";
import { DAY } from "../protocol/time.ts";
import { type CertificateFiles, certificateEnd, readCertificate } from "../vendor/certificate.ts";
import type { ActivationListener } from "./http.ts";

/** What following a certificate needs of the host. */
export interface CertificateParts {
  readonly listener: Pick<ActivationListener, "renew">;
  readonly clock: () => number;
  readonly onRenewed: () => void;
  readonly onTrouble: (sentence: string) => void;
}

/** How long before its end a certificate that was not renewed is reported, in days. */
const WARN_DAYS = 14;

/**
 * Makes a listener show the certificate that is in the files, from when it was opened with what they hold now. Gives
 * the function that looks at them, to be called now and again; what cannot be used is told of once, and left.
 */
export function followCertificate(
  files: CertificateFiles,
  { listener, clock, onRenewed, onTrouble }: CertificateParts,
): () => void {
  let taken = versionOf(files);
  let seen = taken;
  let end = certificateEnd(readCertificate(files, clock()));
  let warned = 0;

  const takeOver = (version: string): void => {
    taken = version;
    try {
      const certificate = readCertificate(files, clock());
      listener.renew(certificate);
      end = certificateEnd(certificate);
      onRenewed();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.name === "PORT_IN_USE") taken = "";
      onTrouble(`${error.message} Clients are shown the old certificate.`);
    }
  };

  return () => {
    const version = versionOf(files);
    // The two files are replaced one after the other: they are read once they are the same at two looks.
    if (version === seen && version !== taken) takeOver(version);
    seen = version;
    const now = clock();
    if (end - now < WARN_DAYS * DAY && now - warned >= DAY) {
      warned = now;
      const day = new Date(end).toISOString().slice(0, 10);
      onTrouble(`The certificate ${files.cert} ends on ${day}; renew it, and the host takes the new one.`);
    }
  };
}

function versionOf({ cert, key }: CertificateFiles): string {
  const stats = [cert, key].map((path) => statSync(path, { throwIfNoEntry: false }));
  return stats.map((stat) => (stat ? `${stat.ino} ${stat.size} ${stat.mtimeMs}` : "none")).join(" ");
}
