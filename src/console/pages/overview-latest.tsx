import type { EventKinds, Events } from "../api-types.ts";
import { useLanguage, useWords } from "../language.tsx";
import { Badge } from "../parts/badge.tsx";
import { Time } from "../parts/time.tsx";
import { useApi } from "../use-api.ts";
import { en } from "../words/en/overview.ts";
import { ja } from "../words/ja/overview.ts";
import { kindOf } from "./event-kind.ts";
import { eventsPath, readChoice } from "./event-query.ts";

const EVERY = 10_000;
const SHOWN = 5;

/** The latest events that are more than a request. */
export function Latest() {
  const words = useWords({ en, ja });
  const { language } = useLanguage();
  const kinds = useApi<EventKinds>(`/v1/event-kinds?lang=${language}`).data?.kinds;
  const path = kinds && eventsPath(readChoice({ kind: "other" }), kinds, 0, SHOWN);
  const { data } = useApi<Events>(path, { every: EVERY });
  if (data === undefined) return null;
  return (
    <section class="overview-section">
      <h2>{words.latest}</h2>
      {data.events.length === 0 && <p class="faint">{words.quiet}</p>}
      <ul class="overview-events">
        {data.events.toReversed().map((event) => (
          <li key={event.row}>
            <Badge kind={kindOf(event)}>{event.id}</Badge>{" "}
            {kinds?.find(({ id }) => id === event.id)?.message ?? event.message}{" "}
            <span class="faint">
              <Time at={event.time} as="relative" />
            </span>
          </li>
        ))}
      </ul>
      <p>
        <a href="/events">{words.allEvents}</a>
      </p>
    </section>
  );
}
