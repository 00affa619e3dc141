import { type ComponentChildren, createContext } from "preact";
import { useCallback, useContext, useEffect, useMemo, useState } from "preact/hooks";
import { ApiError, call, whenSignedOut } from "./api.ts";

/** What the host says of a session. */
export interface Session {
  readonly host: string;
  readonly name: string;
  readonly version: string;
  readonly expires: string | null;
}

/** Whether somebody is signed in, and how to change that. */
export interface SessionState {
  readonly status: "checking" | "in" | "out";
  readonly session: Session | undefined;
  /** Why the link was refused, or the host could not be asked. */
  readonly error: unknown;
  /** Whether there was a session, which has ended by itself. */
  readonly hasEnded: boolean;
  /** Signs in with a token or the code of a link; throws ApiError. */
  readonly signIn: (token: string) => Promise<void>;
  readonly signOut: () => Promise<void>;
  /** Asks the host again whether there is a session. */
  readonly check: () => void;
}

type Known = Pick<SessionState, "status" | "session" | "error" | "hasEnded">;

const PATH = "/v1/session";
const NOTHING: Known = { status: "checking", session: undefined, error: undefined, hasEnded: false };

const context = createContext<SessionState | undefined>(undefined);

/** Takes the code of a link out of the address, and so out of the history; undefined when there is none. */
export function takeCode(): string | undefined {
  const [, code] = /^#token=(.+)$/.exec(location.hash) ?? [];
  if (code !== undefined) history.replaceState(null, "", location.pathname + location.search);
  return code;
}

export function SessionProvider({
  code,
  children,
}: {
  code: string | undefined;
  children: ComponentChildren;
}) {
  const [known, setKnown] = useState<Known>(NOTHING);

  const enter = useCallback(async (token: string) => {
    const session = await call<Session>(PATH, { method: "POST", body: { token } });
    setKnown({ ...NOTHING, status: "in", session });
  }, []);

  const check = useCallback(async (refused?: unknown) => {
    try {
      setKnown({ ...NOTHING, status: "in", session: await call<Session>(PATH) });
    } catch (error) {
      const isStranger = error instanceof ApiError && error.status === 401;
      setKnown({ ...NOTHING, status: "out", error: isStranger ? refused : error });
    }
  }, []);

  useEffect(() => {
    whenSignedOut(() => setKnown({ ...NOTHING, status: "out", hasEnded: true }));
    // A link that was used already does not sign out who has a session.
    if (code === undefined) void check();
    else enter(code).catch(check);
  }, [code, check, enter]);

  // A link that is opened where the console is open already changes nothing but the fragment.
  useEffect(() => {
    const onHash = () => {
      const given = takeCode();
      if (given !== undefined) enter(given).catch(check);
    };
    addEventListener("hashchange", onHash);
    return () => removeEventListener("hashchange", onHash);
  }, [check, enter]);

  const value = useMemo<SessionState>(
    () => ({
      ...known,
      signIn: enter,
      check: () => void check(),
      async signOut() {
        await call(PATH, { method: "DELETE" }).catch((error) => {
          if (!(error instanceof ApiError && error.status === 401)) throw error;
        });
        setKnown({ ...NOTHING, status: "out" });
      },
    }),
    [known, check, enter],
  );
  return <context.Provider value={value}>{children}</context.Provider>;
}

/** The session of whoever looks at the page. */
export function useSession(): SessionState {
  const value = useContext(context);
  if (value === undefined) throw new Error("this needs a SessionProvider around it");
  return value;
}
