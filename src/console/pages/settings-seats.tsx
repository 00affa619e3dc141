import type { Settings } from "../api-types.ts";
import { useFormat, useWords } from "../language.tsx";
import { en } from "../words/en/settings.ts";
import { ja } from "../words/ja/settings.ts";

/** What the host licence grants, and what happens when it is used up. */
export function Seats({ seats, overage, leased }: Settings["seats"]) {
  const words = useWords({ en, ja });
  const { number } = useFormat();
  return (
    <section class="settings-seats">
      <h2>{words.seats}</h2>
      <p>
        <strong>
          {seats === null ? words.noLimit(number(leased)) : words.ofSeats(number(leased), number(seats))}
        </strong>
      </p>
      {seats !== null && overage !== null && <p>{words.overage[overage]}</p>}
      <p class="hint">
        {words.seatsLead} {seats !== null && words.giveBack} <a href="/machines">{words.toMachines}</a>
      </p>
    </section>
  );
}
