import { useMemo, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { EventKinds, Events as EventPage, Event as LoggedEvent } from "../api-types.ts";
import { useFormat, useLanguage, useWords } from "../language.tsx";
import { Badge } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";
import { Copy } from "../parts/copy.tsx";
import { Empty } from "../parts/empty.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Notice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { Pager } from "../parts/pager.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { useApi } from "../use-api.ts";
import { en } from "../words/en/events.ts";
import { ja } from "../words/ja/events.ts";
import { EventFilters } from "./event-filters.tsx";
import { kindOf } from "./event-kind.ts";
import { choiceAddress, type EventChoice, eventsPath, readChoice } from "./event-query.ts";
import { EventStory } from "./event-row.tsx";
import { useFollowed } from "./use-followed.ts";

const EVERY = 10_000;

/** What the host has logged: the newest first, filtered, followed. */
export default function Events() {
  const words = useWords({ en, ja });
  const { language } = useLanguage();
  const { query, route } = useLocation();
  const [isFollowing, setIsFollowing] = useState(false);
  const choice = readChoice(query);
  const known = useApi<EventKinds>(`/v1/event-kinds?lang=${language}`);
  const kinds = known.data?.kinds;
  const choose = (change: Partial<EventChoice>) =>
    route(choiceAddress({ ...choice, before: "", after: "", ...change }), true);
  return (
    <Page
      title={words.title}
      aside={
        <Button aria-pressed={isFollowing} onClick={() => setIsFollowing(!isFollowing)}>
          {words.follow}
        </Button>
      }
    >
      <Loaded of={known} lines={8}>
        {() => (
          <>
            <EventFilters choice={choice} kinds={kinds ?? []} onChoose={choose} />
            {isFollowing ? (
              <Following choice={choice} kinds={kinds ?? []} />
            ) : (
              <Listing choice={choice} kinds={kinds ?? []} onChoose={choose} />
            )}
          </>
        )}
      </Loaded>
      <p class="hint">
        {words.elsewhere} <Copy text="muster events --role host" />
      </p>
    </Page>
  );
}

interface ListProps {
  readonly choice: EventChoice;
  readonly kinds: EventKinds["kinds"];
}

function Listing({
  choice,
  kinds,
  onChoose,
}: ListProps & { onChoose: (change: Partial<EventChoice>) => void }) {
  const words = useWords({ en, ja });
  const format = useFormat();
  // How far back is counted from when it was chosen: a path that changes each time would never be asked twice.
  const { search, kind, since, before, after } = choice;
  const path = useMemo(
    () => eventsPath({ search, kind, since, before, after }, kinds, Date.now()),
    [search, kind, since, before, after, kinds],
  );
  const isNewest = before === "" && after === "";
  const listed = useApi<EventPage>(path, isNewest ? { every: EVERY } : {});
  const isFiltered = search !== "" || kind !== "" || since !== "any";
  return (
    <Loaded of={listed} lines={12}>
      {({ events, older, newer }) =>
        events.length === 0 && isNewest ? (
          <Nothing isFiltered={isFiltered} onClear={() => onChoose({ search: "", kind: "", since: "any" })} />
        ) : (
          <>
            <EventTable events={events.toReversed()} kinds={kinds} />
            <Pager
              onPrevious={
                isNewest ? undefined : () => onChoose(newer === null ? {} : { after: String(newer) })
              }
              onNext={older === null ? undefined : () => onChoose({ before: String(older) })}
            >
              <span role="status">{words.shown(format.number(events.length))}</span>
            </Pager>
          </>
        )
      }
    </Loaded>
  );
}

function Following({ choice, kinds }: ListProps) {
  const words = useWords({ en, ja });
  const { search, kind } = choice;
  const path = useMemo(
    () =>
      `${eventsPath({ search, kind, since: "any", before: "", after: "" }, kinds, Date.now())}&follow=true`,
    [search, kind, kinds],
  );
  const { events, isCut } = useFollowed(path);
  return (
    <>
      <Notice kind={isCut ? "warn" : "info"}>{isCut ? words.followLost : words.following}</Notice>
      <EventTable events={events} kinds={kinds} />
    </>
  );
}

function EventTable({ events, kinds }: { events: readonly LoggedEvent[]; kinds: EventKinds["kinds"] }) {
  const words = useWords({ en, ja });
  const columns: Column<LoggedEvent>[] = [
    { name: "time", label: words.time, cell: ({ time }) => <Time at={time} /> },
    {
      name: "event",
      label: words.event,
      cell: (event) => <Badge kind={kindOf(event)}>{event.id}</Badge>,
    },
    {
      name: "what",
      label: words.what,
      cell: (event) => <EventStory event={event} kind={kinds.find(({ id }) => id === event.id)} />,
    },
    { name: "writer", label: words.writer, cell: ({ machine }) => machine },
  ];
  return <Table caption={words.caption} columns={columns} rows={events} keyOf={({ row }) => row} />;
}

function Nothing({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  const words = useWords({ en, ja });
  if (!isFiltered) {
    return (
      <Empty title={words.noneYet} command="muster ato">
        {words.noneYetHint}
      </Empty>
    );
  }
  return (
    <Empty title={words.none}>
      {words.noneHint} <Button onClick={onClear}>{words.clear}</Button>
    </Empty>
  );
}
