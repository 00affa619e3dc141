import { problem } from "../protocol/problems.ts";
import type { CertificateFiles } from "../vendor/certificate.ts";

/** The files that `--tls-cert` and `--tls-key` name; undefined without both. Throws BAD_INPUT for one of them alone. */
export function certificateFiles({
  tlsCert,
  tlsKey,
}: {
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}): CertificateFiles | undefined {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined) {
    throw problem("BAD_INPUT", "HTTPS takes a certificate and its key; give both --tls-cert and --tls-key.");
  }
  return { cert: tlsCert, key: tlsKey };
}
