import { useId } from "preact/hooks";
import type { EventKinds } from "../api-types.ts";
import { useWords } from "../language.tsx";
import { Search } from "../parts/search.tsx";
import { en } from "../words/en/events.ts";
import { ja } from "../words/ja/events.ts";
import { type EventChoice, SINCES, type Since } from "./event-query.ts";

interface EventFiltersProps {
  readonly choice: EventChoice;
  readonly kinds: EventKinds["kinds"];
  readonly onChoose: (change: Partial<EventChoice>) => void;
}

/** Which events are shown. */
export function EventFilters({ choice, kinds, onChoose }: EventFiltersProps) {
  const words = useWords({ en, ja });
  const id = useId();
  return (
    <div class="event-filters">
      <Search label={words.search} value={choice.search} onSearch={(search) => onChoose({ search })} />
      <label for={`${id}-kind`}>{words.kind}</label>
      <select
        id={`${id}-kind`}
        value={choice.kind}
        onChange={({ currentTarget }) => onChoose({ kind: currentTarget.value })}
      >
        <option value="">{words.allKinds}</option>
        <option value="other">{words.butRequests}</option>
        {kinds
          .filter(({ side }) => side === "host")
          .map((kind) => (
            <option key={kind.id} value={String(kind.id)}>
              {kind.id} {kind.message}
            </option>
          ))}
      </select>
      <label for={`${id}-since`}>{words.since}</label>
      <select
        id={`${id}-since`}
        value={choice.since}
        onChange={({ currentTarget }) => onChoose({ since: currentTarget.value as Since })}
      >
        {SINCES.map((since) => (
          <option key={since} value={since}>
            {words.sinces[since]}
          </option>
        ))}
      </select>
    </div>
  );
}
