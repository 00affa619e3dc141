import type { Event as LoggedEvent } from "../api-types.ts";
import { useWords } from "../language.tsx";
import { Copy } from "../parts/copy.tsx";
import { en } from "../words/en/events.ts";
import { ja } from "../words/ja/events.ts";

/** What happened: the sentence, the machine that it is about, and everything else behind a click. */
export function EventStory({ event, kind }: { event: LoggedEvent; kind: EventKind | undefined }) {
  const words = useWords({ en, ja });
  const { fields, info } = event;
  const { name, cmid } = fields;
  return (
    <details class="event-story">
      <summary>
        {kind?.message ?? event.message}{" "}
        {cmid !== undefined && <span class="faint">{name ?? fields.names}</span>}{" "}
        {fields.code !== undefined && fields.code !== "0x00000000" && (
          <>
            <code>{fields.code}</code> {words.codes[fields.code]}
          </>
        )}
      </summary>
      {kind !== undefined && <p>{kind.meaning}</p>}
      <dl class="event-fields">
        {Object.entries(fields).map(([field, value]) => (
          <div key={field}>
            <dt>{field}</dt>
            <dd>{field === "cmid" ? <a href={`/machines?search=${value}`}>{value}</a> : value}</dd>
          </div>
        ))}
        <div>
          <dt>{words.raw}</dt>
          <dd>
            <Copy text={info} />
          </dd>
        </div>
      </dl>
    </details>
  );
}

/** What an id stands for. */
export interface EventKind {
  readonly id: number;
  readonly message: string;
  readonly meaning: string;
}
