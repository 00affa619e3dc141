import { useRef, useState } from "preact/hooks";
import { call } from "../api.ts";
import type { EventKinds, Events, Event as LoggedEvent, MachineWithEvents } from "../api-types.ts";
import { useFormat, useLanguage, useWords } from "../language.tsx";
import { Badge } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";
import { Failure } from "../parts/failure.tsx";
import { useApi } from "../use-api.ts";
import { en } from "../words/en/machine.ts";
import { ja } from "../words/ja/machine.ts";
import { kindOf } from "./event-kind.ts";
import { EventStory } from "./event-row.tsx";
import { MachineRhythm } from "./machine-rhythm.tsx";

/** So many events come with a machine, and are asked for at once. */
const PAGE = 100;

/** What a machine has asked for and what was done to it, day by day, the newest first. */
export function MachineTimeline({ machine: { cmid, events } }: { machine: MachineWithEvents }) {
  const words = useWords({ en, ja });
  const { language } = useLanguage();
  const format = useFormat();
  const kinds = useApi<EventKinds>(`/v1/event-kinds?lang=${language}`).data?.kinds;
  // What was seen once stays: the newest ones change under it.
  const known = useRef(new Map<number, LoggedEvent>());
  for (const event of events) known.current.set(event.row, event);
  const [isMore, setIsMore] = useState(events.length >= PAGE);
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const all = [...known.current.values()].sort((one, other) => other.row - one.row);
  const days = Map.groupBy(all, ({ time }) => format.date(time));

  const readOlder = async () => {
    setIsBusy(true);
    setError(undefined);
    try {
      const older = await call<Events>(
        `/v1/events?cmid=${cmid}&before=${all.at(-1)?.row ?? 1}&limit=${PAGE}`,
      );
      for (const event of older.events) known.current.set(event.row, event);
      setIsMore(older.older !== null);
    } catch (thrown) {
      setError(thrown);
    }
    setIsBusy(false);
  };
  return (
    <section class="machine-section">
      <h2>{words.timeline}</h2>
      {all.length === 0 && <p class="faint">{words.noEvents}</p>}
      <MachineRhythm events={all} />
      {[...days].map(([day, ofDay]) => (
        <div key={day} class="machine-day">
          <h3>{day}</h3>
          <ul>
            {ofDay.map((event) => (
              <li key={event.row}>
                <time dateTime={event.time} title={`${event.time.slice(0, 19).replace("T", " ")} UTC`}>
                  {format.short(Date.parse(event.time), 0)}
                </time>
                <Badge kind={kindOf(event)}>{event.id}</Badge>
                <EventStory event={event} kind={kinds?.find(({ id }) => id === event.id)} />
              </li>
            ))}
          </ul>
        </div>
      ))}
      {error !== undefined && <Failure error={error} />}
      <div class="machine-older">
        {isMore && (
          <Button isBusy={isBusy} onClick={readOlder}>
            {words.older}
          </Button>
        )}
        <span class="faint" role="status">
          {all.length > 0 && words.shown(format.number(all.length))}
        </span>
      </div>
    </section>
  );
}
