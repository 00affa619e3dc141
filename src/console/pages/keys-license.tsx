import type { ComponentChildren } from "preact";
import type { Keys } from "../api-types.ts";
import { useFormat, useWords } from "../language.tsx";
import { Badge } from "../parts/badge.tsx";
import { Notice } from "../parts/notice.tsx";
import { en } from "../words/en/keys.ts";
import { ja } from "../words/ja/keys.ts";

/** From here on the end is near: the host itself asks for a renewal 30 days before it. */
const SOON_DAYS = 30;

/** The licence that the host has. */
export function License({ license, hostKeys, products }: Pick<Keys, "license" | "hostKeys" | "products">) {
  const words = useWords({ en, ja });
  const { date, number } = useFormat();
  if (license === null) {
    return (
      <section>
        <h2>{words.license}</h2>
        <Notice kind="bad">{words.noLicense}</Notice>
      </section>
    );
  }
  const { expires, daysLeft, partialKey, seats, overage, isValid } = license;
  const isSoon = daysLeft <= SOON_DAYS;
  const covered = products.filter(({ isLicensed }) => isLicensed).length;
  return (
    <section>
      <h2>
        {words.license}{" "}
        <Badge kind={!isValid ? "bad" : isSoon ? "warn" : "good"}>
          {!isValid ? words.unlicensed : isSoon ? words.endsSoon : words.licensed}
        </Badge>
      </h2>
      {!isValid && <Notice kind="bad">{words.notValid}</Notice>}
      <dl class="keys-facts">
        <Fact label={words.until}>
          {date(expires)} <span class="faint">{words.daysLeft(number(daysLeft))}</span>
        </Fact>
        <Fact label={words.key}>{words.ending(partialKey)}</Fact>
        <Fact label={words.kept}>
          {hostKeys.length === 0 ? words.noneKept : hostKeys.map(words.ending).join(", ")}
        </Fact>
        <Fact label={words.seats}>
          {seats === null ? words.noLimit : `${number(seats)}; ${words.seatsOverage[overage]}`}
        </Fact>
        <Fact label={words.covers}>{words.coversAll(covered, products.length)}</Fact>
      </dl>
    </section>
  );
}

function Fact({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
