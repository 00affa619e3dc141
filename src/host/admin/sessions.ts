import { createHash, randomBytes } from "node:crypto";
import { MINUTE } from "../../protocol/time.ts";

/** A browser that has signed in; times are milliseconds since the epoch. */
export interface Session {
  readonly expires: number;
  /** Ends earlier when nothing is asked until then. */
  idleAt: number;
}

const LONGEST = 12 * 60 * MINUTE;
const IDLE = 30 * MINUTE;
/** So that nothing grows without end; the oldest goes first. */
const MOST_SESSIONS = 1000;

/** The sessions of browsers. They live in memory only: when the host restarts, everybody signs in again. */
export class Sessions {
  private readonly sessions = new Map<string, Session>();

  /** Makes a session, and gives the secret that the browser keeps. */
  open(now: number): { readonly secret: string; readonly session: Session } {
    for (const [name, { expires, idleAt }] of this.sessions) {
      if (now >= expires || now >= idleAt) this.sessions.delete(name);
    }
    const [oldest] = this.sessions.keys();
    if (oldest !== undefined && this.sessions.size >= MOST_SESSIONS) this.sessions.delete(oldest);
    const secret = randomBytes(32).toString("base64url");
    const session = { expires: now + LONGEST, idleAt: now + IDLE };
    this.sessions.set(digest(secret), session);
    return { secret, session };
  }

  /** The session of a secret, which is used by this; undefined when there is none or it has ended. */
  use(secret: string, now: number): Session | undefined {
    const session = this.sessions.get(digest(secret));
    if (session === undefined) return undefined;
    if (now >= session.expires || now >= session.idleAt) {
      this.end(secret);
      return undefined;
    }
    session.idleAt = now + IDLE;
    return session;
  }

  /** Whether a session goes on; to ask is not to use it. */
  goesOn(secret: string, now: number): boolean {
    const session = this.sessions.get(digest(secret));
    return session !== undefined && now < session.expires && now < session.idleAt;
  }

  /** Ends a session; one that is not there has ended already. */
  end(secret: string): void {
    this.sessions.delete(digest(secret));
  }
}

/** Looked up by its digest, how long a search takes says nothing of the secret. */
function digest(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}
