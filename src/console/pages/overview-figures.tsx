import type { Renewals, Status } from "../api-types.ts";
import { useFormat, useWords } from "../language.tsx";
import type { BadgeKind } from "../parts/badge.tsx";
import { Tile } from "../parts/tile.tsx";
import { en } from "../words/en/overview.ts";
import { ja } from "../words/ja/overview.ts";

/** From here on the end of the licence is near. */
const SOON_DAYS = 30;
const UNKNOWN = "…";
const NOT_PUBLISHED = 12293;
const PUBLISHED = 12294;

/** What an administrator looks at each morning, in figures. */
export function Figures({ status, renewals }: { status: Status; renewals: Renewals | undefined }) {
  const words = useWords({ en, ja });
  const { number, date, bytes } = useFormat();
  const { applications, leased, seats, aboveSeats, license, daysLeft, store } = status;
  const unique = applications.reduce((sum, each) => sum + each.unique, 0);
  const shown = (value: number | undefined) => (value === undefined ? UNKNOWN : number(value));
  const isFull = seats !== null && leased >= seats;
  return (
    <div class="tiles">
      <Tile label={words.unique} value={number(unique)} note={words.uniqueNote} href="/machines" />
      <Tile
        label={words.leases}
        value={number(leased)}
        note={
          seats === null
            ? words.noLimit
            : `${words.seats(number(seats))}${aboveSeats > 0 ? `; ${words.above(number(aboveSeats))}` : ""}`
        }
        {...(isFull ? { kind: "warn" as const } : {})}
        href="/machines?state=licensed"
      />
      <Tile
        label={words.due}
        value={shown(renewals?.day)}
        note={words.dueNote(shown(renewals?.week))}
        href="/machines?renewal=day"
      />
      <Tile
        label={words.overdue}
        value={shown(renewals?.overdue)}
        note={words.overdueNote}
        {...marked(renewals?.overdue, "warn")}
        href="/machines?renewal=overdue"
      />
      <Tile
        label={words.failing}
        value={shown(renewals?.failing)}
        note={words.failingNote}
        {...marked(renewals?.failing, "bad")}
        href="/machines?renewal=failing"
      />
      <Tile
        label={words.license}
        value={license === null ? words.none : number(daysLeft)}
        {...(license === null ? {} : { note: words.daysLeft(daysLeft, date(license.expires)) })}
        kind={!status.licensed ? "bad" : daysLeft <= SOON_DAYS ? "warn" : "good"}
        href="/keys"
      />
      <Publishing publishing={status.publishing} />
      <Tile
        label={words.store}
        value={bytes(store.bytes)}
        note={words.events(number(store.events))}
        href="/events"
      />
    </div>
  );
}

function marked(value: number | undefined, kind: BadgeKind): { kind?: BadgeKind } {
  return value === undefined || value === 0 ? {} : { kind };
}

function Publishing({ publishing }: Pick<Status, "publishing">) {
  const words = useWords({ en, ja });
  if (publishing.length === 0) {
    return <Tile label={words.publishing} value={words.off} note={words.offNote} kind="off" />;
  }
  const failed = publishing.find(({ published }) => !published);
  return (
    <Tile
      label={words.publishing}
      value={failed === undefined ? words.published : words.notPublished}
      note={failed?.detail ?? publishing.map(({ domain }) => domain).join(", ")}
      kind={failed === undefined ? "good" : "bad"}
      href={`/events?kind=${failed === undefined ? PUBLISHED : NOT_PUBLISHED}`}
    />
  );
}
