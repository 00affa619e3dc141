import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { call } from "./api.ts";
import { watchConnection } from "./connection.ts";

/** What is known of an answer of the API. */
export interface Answered<Data> {
  /** The newest answer; while another is on its way or has failed, the one before. */
  readonly data: Data | undefined;
  /** Why the last call failed (an ApiError); undefined once one went well. */
  readonly error: unknown;
  /** Whether `data` belongs to another path: one that was asked for before. */
  readonly isStale: boolean;
  readonly isLoading: boolean;
  /** Asks again at once. */
  readonly refresh: () => void;
}

interface Known<Data> {
  readonly path: string | undefined;
  readonly data: Data | undefined;
  readonly error: unknown;
}

/**
 * Asks the API (GET) and, with `every` (milliseconds), again and again while the page can be seen; also when the
 * connection is there again. What was asked is given up when the path changes or the page is left. A path of undefined
 * asks nothing.
 */
export function useApi<Data>(path: string | undefined, { every }: { every?: number } = {}): Answered<Data> {
  const [known, setKnown] = useState<Known<Data>>({ path, data: undefined, error: undefined });
  const [isLoading, setIsLoading] = useState(path !== undefined);
  const again = useRef(() => {});

  useEffect(() => {
    if (path === undefined) return;
    let asking: AbortController | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;

    const ask = async () => {
      clearTimeout(timer);
      asking?.abort();
      const mine = new AbortController();
      asking = mine;
      setIsLoading(true);
      try {
        const data = await call<Data>(path, { signal: mine.signal });
        if (!mine.signal.aborted) setKnown({ path, data, error: undefined });
      } catch (error) {
        if (!mine.signal.aborted) setKnown((before) => ({ ...before, error }));
      }
      if (mine.signal.aborted) return;
      setIsLoading(false);
      if (every !== undefined) timer = setTimeout(askIfSeen, every);
    };
    // Who comes back to the page sees what is new at once.
    const askIfSeen = () => {
      if (!document.hidden) void ask();
    };
    const onSeen = () => {
      if (every !== undefined) askIfSeen();
    };
    const stopWatching = watchConnection((isLost) => {
      if (!isLost) void ask();
    });
    document.addEventListener("visibilitychange", onSeen);
    again.current = () => void ask();
    void ask();
    return () => {
      clearTimeout(timer);
      asking?.abort();
      stopWatching();
      document.removeEventListener("visibilitychange", onSeen);
    };
  }, [path, every]);

  const refresh = useCallback(() => again.current(), []);
  const { data, error } = known;
  return { data, error, isStale: data !== undefined && known.path !== path, isLoading, refresh };
}
