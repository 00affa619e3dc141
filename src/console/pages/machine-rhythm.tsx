import type { Event as LoggedEvent } from "../api-types.ts";
import { useFormat, useLanguage, useWords } from "../language.tsx";
import { en } from "../words/en/machine.ts";
import { ja } from "../words/ja/machine.ts";
import { rhythmOf, spanText } from "./machine-pauses.ts";

/** Of fewer requests the list says as much. */
const FEWEST = 4;
const TWO_DAYS = 2 * 86_400_000;
const WIDTH = 1000;
const HEIGHT = 32;

/** When a machine has asked, as lines on a strip: a pause is a gap. */
export function MachineRhythm({ events }: { events: readonly LoggedEvent[] }) {
  const words = useWords({ en, ja });
  const { language } = useLanguage();
  const { number, date, time } = useFormat();
  const { requests, longest } = rhythmOf(events);
  const first = requests[0]?.at ?? 0;
  const span = (requests.at(-1)?.at ?? 0) - first;
  if (requests.length < FEWEST || span === 0) return null;
  const format = span < TWO_DAYS ? time : date;
  const said = words.rhythm(
    number(requests.length),
    format(first),
    format(first + span),
    spanText(longest, language),
  );
  return (
    <figure class="machine-rhythm">
      <svg viewBox={`-4 0 ${WIDTH + 8} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {requests.map(({ at, isGranted }) => {
          const x = ((at - first) / span) * WIDTH;
          return (
            <path
              key={at}
              class={isGranted ? "granted" : "refused"}
              d={`M${x.toFixed(1)} ${HEIGHT}V${isGranted ? 2 : HEIGHT / 2}`}
            />
          );
        })}
      </svg>
      <figcaption>
        {said} <span class="faint">{words.rhythmKey}</span>
      </figcaption>
    </figure>
  );
}
