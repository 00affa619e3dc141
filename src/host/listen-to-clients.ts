import { readCertificate } from "../vendor/certificate.ts";
import { listenFromFronts } from "./front/fronts.ts";
import { type Settler, type Signer, signAnswers } from "./host.ts";
import { type ActivationListener, listen } from "./http.ts";
import type { Meters } from "./meters.ts";
import { listenMovably, type MovableListener } from "./movable-listener.ts";
import type { HostConfig } from "./run.ts";
import type { Situation } from "./situation.ts";

/** What the activation port needs of the host. */
export interface ListenParts {
  readonly signer: Signer;
  readonly situation: () => Situation;
  readonly meters: Meters;
}

/**
 * Opens the activation port as the host is told, else as its settings say, in this thread or in fronts. Throws
 * PORT_IN_USE, ACCESS_DENIED, BAD_INPUT.
 */
export function listenToClients(
  settler: Settler,
  { folder, address, port, fronts, certificate: files, rateLimit, clock, onTrouble }: HostConfig,
  { signer, situation, meters }: ListenParts,
): Promise<MovableListener> {
  const host = signAnswers(settler, signer);
  const onRefused = meters.refused;
  const open = async (wanted: number): Promise<ActivationListener> => {
    const certificate = files && readCertificate(files, clock());
    const where = { address, port: wanted, rateLimit, certificate };
    if (fronts) return listenFromFronts(settler, where, { folder, count: fronts, onRefused, onTrouble });
    return listen(host, where, onRefused);
  };
  return listenMovably(open, port ?? situation().settings.port);
}
