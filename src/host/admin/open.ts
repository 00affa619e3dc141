import { Problem } from "../../protocol/problems.ts";
import { openDoctor } from "../diagnosis/doctor.ts";
import { forgetDropped } from "../diagnosis/kept-evidence.ts";
import type { Address, Listener } from "../http.ts";
import type { Admin } from "./admin.ts";
import { noteAdminUrl } from "./admin-url.ts";
import { writeCheck } from "./health.ts";
import { addReadings } from "./metrics.ts";
import { serveAdmin } from "./server.ts";
import { SignIn, type SignInLink } from "./sign-in.ts";
import { openToken } from "./token.ts";

/** Where an admin listener is to be. */
export interface AdminAddress extends Address {
  /** Whether another port will not do: the host does not start when this one is taken. */
  readonly isFixed?: boolean | undefined;
}

/** An admin listener that is open. */
export interface OpenAdmin {
  readonly url: string;
  /** What administrators send. */
  readonly token: string;
  /** Makes a link that signs a browser in, once. */
  makeLink(options?: { readonly isLasting?: boolean }): SignInLink;
  stop(): Promise<void>;
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

/** Opens the admin listener of a host, and makes its token at first run. Throws PORT_IN_USE, ACCESS_DENIED, BAD_INPUT. */
export function openAdmin(
  where: AdminAddress,
  parts: Omit<Admin, "isWritable" | "signIn" | "doctor">,
): OpenAdmin {
  const { folder, identity, store, clock, log } = parts;
  const token = openToken(folder);
  const signIn = new SignIn({ token, host: identity.id, clock });
  forgetDropped(folder);
  const doctor = openDoctor({ folder, clock });
  const admin = { ...parts, signIn, doctor, isWritable: writeCheck(store, clock) };
  const { url, stop } = openSomewhere(where, (at) => serveAdmin(admin, at), parts);
  noteAdminUrl(folder, url);
  addReadings(admin);
  log.info({ url }, "Administrators reach the host.");
  if (!LOOPBACK.test(where.address)) {
    log.warn(
      "Other machines reach the port for administrators, unencrypted; put a proxy with TLS before it.",
    );
  }
  return {
    url,
    token,
    makeLink: (options) => signIn.makeLink(url, options),
    async stop() {
      doctor.stop();
      await stop();
    },
  };
}

/** Clients come first: a port for administrators that is taken does not keep the host from them. */
function openSomewhere(
  { address, port, isFixed }: AdminAddress,
  open: (where: Address) => Listener,
  { log }: Pick<Admin, "log">,
): Listener {
  try {
    return open({ address, port });
  } catch (error) {
    if (isFixed || !(error instanceof Problem) || error.name !== "PORT_IN_USE") throw error;
    const listener = open({ address, port: 0 });
    log.warn(`${error.message} Until then administrators reach this host at ${listener.url}.`);
    return listener;
  }
}
