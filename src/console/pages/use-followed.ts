import { useEffect, useState } from "preact/hooks";
import type { Event as LoggedEvent } from "../api-types.ts";

/** Events kept while following; older ones leave the page, not the log. */
const MOST = 500;

interface Followed {
  /** The newest first. */
  readonly events: readonly LoggedEvent[];
  /** Whether the stream is cut off; the browser takes it up again by itself. */
  readonly isCut: boolean;
}

const NOTHING: Followed = { events: [], isCut: false };

/** Follows the log by server-sent events; a path of undefined follows nothing. */
export function useFollowed(path: string | undefined): Followed {
  const [followed, setFollowed] = useState(NOTHING);
  useEffect(() => {
    setFollowed(NOTHING);
    if (path === undefined) return;
    const stream = new EventSource(path);
    stream.onopen = () => setFollowed(({ events }) => ({ events, isCut: false }));
    stream.onerror = () => setFollowed(({ events }) => ({ events, isCut: true }));
    stream.onmessage = ({ data }) => {
      const event = JSON.parse(String(data)) as LoggedEvent;
      // A stream that is taken up again begins with what is known.
      setFollowed(({ events }) => ({
        events: events.some(({ row }) => row === event.row) ? events : [event, ...events].slice(0, MOST),
        isCut: false,
      }));
    };
    return () => stream.close();
  }, [path]);
  return followed;
}
