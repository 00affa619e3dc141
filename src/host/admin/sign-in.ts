import { randomBytes } from "node:crypto";
import { problem } from "../../protocol/problems.ts";
import { MINUTE } from "../../protocol/time.ts";
import { RateLimiter } from "../../vendor/rate-limiter.ts";
import { checkOrigin, checkSite } from "./origin.ts";
import { type Session, Sessions } from "./sessions.ts";
import { bearsToken, isToken, refuseStranger } from "./token.ts";

/** A link that signs in once. Browsers keep what follows # to themselves, so it is in no log. */
export interface SignInLink {
  readonly url: string;
  /** Milliseconds since the epoch; undefined: until it is used or the host stops. */
  readonly expires: number | undefined;
}

/** What a browser gets when it signs in. */
export interface Entry {
  readonly session: Session;
  /** The value of Set-Cookie. */
  readonly cookie: string;
}

const LINK_LIFE = 15 * MINUTE;
/** So that nothing grows without end; the oldest goes first. */
const MOST_LINKS = 100;
/** Attempts to sign in that an address may make. */
const RATE = { requests: 10, seconds: 60, burst: 10 };
const SAFE = ["GET", "HEAD"];

/** Lets in who bears the token, and browsers: by a link or the token they get a session, which is a cookie. */
export class SignIn {
  readonly token: string;
  private readonly cookie: string;
  private readonly clock: () => number;
  private readonly sessions = new Sessions();
  private readonly links = new Map<string, number>();
  private readonly limiter = new RateLimiter(RATE);
  private readonly warnings = new RateLimiter(RATE);

  /** Cookies do not know ports, so several hosts on one machine are told apart by their ids. */
  constructor({ token, host, clock }: { token: string; host: string; clock: () => number }) {
    this.token = token;
    this.cookie = `muster-${host}`;
    this.clock = clock;
  }

  /** Makes a link to the console at this origin; one that is to last is good until it is used. */
  makeLink(origin: string, { isLasting = false } = {}): SignInLink {
    const [oldest] = this.links.keys();
    if (oldest !== undefined && this.links.size >= MOST_LINKS) this.links.delete(oldest);
    const code = randomBytes(32).toString("base64url");
    const expires = isLasting ? undefined : this.clock() + LINK_LIFE;
    this.links.set(code, expires ?? Number.POSITIVE_INFINITY);
    return { url: `${origin}/#token=${code}`, expires };
  }

  /**
   * Signs a browser in, by the code of a link, which is used up, or by the token. Throws SLOW_DOWN after too many attempts
   * of an address, ACCESS_DENIED for a page of another site, UNAUTHORIZED.
   */
  enter(given: string, request: Request, from: string): Entry {
    checkOrigin(request);
    const now = this.clock();
    const seconds = this.limiter.take(from, now);
    if (seconds > 0) {
      throw problem("SLOW_DOWN", `Too many attempts to sign in; try again in ${seconds} s.`, {
        retryAfter: seconds,
      });
    }
    if (!this.takeCode(given, now) && !isToken(this.token, given)) {
      throw problem(
        "UNAUTHORIZED",
        "This link has been used or is too old, or the token is wrong; muster host console prints a new link.",
      );
    }
    const { secret, session } = this.sessions.open(now);
    const life = Math.floor((session.expires - now) / 1000);
    return { session, cookie: this.cookieOf(request, secret, life) };
  }

  /** Whether a refused attempt of an address is to be told in the log, which nobody is to fill by attempts. */
  isWorthTelling(from: string): boolean {
    return this.warnings.take(from, this.clock()) === 0;
  }

  /** The session of a request, undefined when it has none. */
  sessionOf(request: Request): Session | undefined {
    const secret = this.secretOf(request);
    return secret === undefined ? undefined : this.sessions.use(secret, this.clock());
  }

  /**
   * Throws UNAUTHORIZED unless the request bears the token or a session, and ACCESS_DENIED when a page of another site
   * would change or learn something by a session.
   */
  authorise(request: Request): void {
    if (bearsToken(this.token, request)) return;
    if (request.headers.has("authorization") || this.sessionOf(request) === undefined) refuseStranger();
    if (SAFE.includes(request.method)) checkSite(request);
    else checkOrigin(request);
  }

  /** Tells, whenever it is asked, whether a request that was let in still would be; for answers that go on for long. */
  standing(request: Request): () => boolean {
    if (bearsToken(this.token, request)) return () => true;
    const secret = this.secretOf(request);
    return () => secret !== undefined && this.sessions.goesOn(secret, this.clock());
  }

  /** Ends the session of a request, and gives the value of Set-Cookie that removes it. */
  leave(request: Request): string {
    const secret = this.secretOf(request);
    if (secret !== undefined) this.sessions.end(secret);
    return this.cookieOf(request, "", 0);
  }

  private takeCode(given: string, now: number): boolean {
    const expires = this.links.get(given);
    this.links.delete(given);
    return expires !== undefined && now < expires;
  }

  private secretOf(request: Request): string | undefined {
    const pairs = (request.headers.get("cookie") ?? "").split(/; */);
    const found = pairs.find((pair) => pair.startsWith(`${this.cookie}=`));
    return found?.slice(this.cookie.length + 1);
  }

  private cookieOf(request: Request, secret: string, seconds: number): string {
    // Behind a proxy with TLS the browser says so by its Origin.
    const isSecure = request.headers.get("origin")?.startsWith("https:") ?? false;
    const flags = `Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;
    return `${this.cookie}=${secret}; ${flags}`;
  }
}
