import type { Keys } from "../api-types.ts";
import { useFormat, useWords } from "../language.tsx";
import { Badge } from "../parts/badge.tsx";
import { Copy } from "../parts/copy.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { en } from "../words/en/keys.ts";
import { ja } from "../words/ja/keys.ts";

type Product = Keys["products"][number];

const HOUR = 60;
const DAY = 24 * HOUR;

/** The products of the catalogue, and the keys that make a machine a client of one. */
export function Products({ products }: Pick<Keys, "products">) {
  const words = useWords({ en, ja });
  const { number } = useFormat();
  const span = (minutes: number) =>
    minutes % DAY === 0
      ? words.days(number(minutes / DAY))
      : minutes % HOUR === 0
        ? words.hours(number(minutes / HOUR))
        : words.minutes(number(minutes));
  const columns: Column<Product>[] = [
    {
      name: "product",
      label: words.product,
      cell: ({ name, application, id, isLicensed }) => (
        <>
          <strong>{name}</strong>{" "}
          <Badge kind={isLicensed ? "good" : "off"}>{isLicensed ? words.isCovered : words.notCovered}</Badge>
          <p class="hint keys-id">
            {application.name} · {id}
          </p>
        </>
      ),
    },
    {
      name: "setupKeys",
      label: words.setupKeys,
      cell: ({ setupKeys }) =>
        setupKeys.length === 0 ? (
          <span class="faint">{words.noSetupKey}</span>
        ) : (
          <Copy text={setupKeys.at(-1) ?? ""} />
        ),
    },
    { name: "required", label: words.required, isNumber: true, cell: ({ required }) => number(required) },
    {
      name: "intervals",
      label: words.intervals,
      cell: ({ activationInterval, renewalInterval }) =>
        words.intervalsOf(span(activationInterval), span(renewalInterval)),
    },
    { name: "lease", label: words.lease, cell: ({ lease }) => span(lease) },
    {
      name: "channel",
      label: words.channel,
      cell: ({ channel }) => <span class="keys-channel">{channel}</span>,
    },
  ];
  return (
    <section class="keys-section">
      <h2>{words.products}</h2>
      <p>
        {words.productsLead} <Copy text="muster ipk SETUP-KEY" />
      </p>
      <Table caption={words.productsCaption} columns={columns} rows={products} keyOf={({ id }) => id} />
    </section>
  );
}
