import * as z from "zod";
import { version } from "../../../package.json";
import type { Admin } from "./admin.ts";
import { route } from "./route.ts";
import type { Session } from "./sessions.ts";
import type { Entry } from "./sign-in.ts";
import { requireToken } from "./token.ts";

const time = z.iso.datetime();

const sessionSchema = z
  .object({
    host: z.guid(),
    name: z.string().describe("The host's machine name."),
    version: z.string().describe("The version of Muster."),
    expires: time
      .nullable()
      .describe("When the session ends at the latest; null for who bears the token, and has none."),
  })
  .meta({ id: "Session" });

const signIn = route({
  method: "POST",
  path: "/v1/session",
  summary: "Sign a browser in: by the code of a link, which works once, or by the token. Gives it a cookie.",
  isOpen: true,
  takes: { body: z.strictObject({ token: z.string().min(1).max(200) }) },
  gives: sessionSchema,
  async handle({ body: { token }, request, from }, admin) {
    const { session, cookie } = enter(admin, token, request, from);
    admin.log.info({ from }, "A browser has signed in.");
    return Response.json(sessionJson(admin, session), { headers: { "set-cookie": cookie } });
  },
});

const showSession = route({
  method: "GET",
  path: "/v1/session",
  summary: "Who one is signed in with, and for how long.",
  gives: sessionSchema,
  async handle({ request }, admin) {
    return sessionJson(admin, admin.signIn.sessionOf(request));
  },
});

const signOut = route({
  method: "DELETE",
  path: "/v1/session",
  summary: "Sign a browser out.",
  gives: z.object({}),
  async handle({ request }, admin) {
    return Response.json({}, { headers: { "set-cookie": admin.signIn.leave(request) } });
  },
});

const makeLink = route({
  method: "POST",
  path: "/v1/sign-in-links",
  summary: "Make a link that signs a browser in, once within 15 minutes. For who bears the token only.",
  gives: z
    .object({ url: z.string().describe("The console, with a code behind #."), expires: time.nullable() })
    .meta({ id: "SignInLink" }),
  async handle({ request }, { signIn }) {
    requireToken(signIn.token, request);
    const { url, expires } = signIn.makeLink(new URL(request.url).origin);
    return { url, expires: expires === undefined ? null : new Date(expires).toISOString() };
  },
});

/** The calls by which browsers sign in and out. */
export const sessionRoutes = [signIn, showSession, signOut, makeLink];

/** Of what was tried the log holds nothing: it may be a token with one letter wrong. */
function enter({ signIn, log }: Admin, token: string, request: Request, from: string): Entry {
  try {
    return signIn.enter(token, request, from);
  } catch (error) {
    if (signIn.isWorthTelling(from)) log.warn({ from }, "A sign-in was refused.");
    throw error;
  }
}

function sessionJson({ identity }: Admin, session: Session | undefined): z.input<typeof sessionSchema> {
  const expires = session === undefined ? null : new Date(session.expires).toISOString();
  return { host: identity.id, name: identity.name, version, expires };
}
