import { useState } from "preact/hooks";
import { call } from "../api.ts";
import type { Keys } from "../api-types.ts";
import { useWords } from "../language.tsx";
import { Notice } from "../parts/notice.tsx";
import { Time } from "../parts/time.tsx";
import { en } from "../words/en/keys.ts";
import { ja } from "../words/ja/keys.ts";
import { TakeAnswer } from "./keys-take.tsx";

/** The catalogue that the host has, and how it takes in a newer one. */
export function Catalogue({
  vendor,
  catalogueIssued,
  onTaken,
}: Pick<Keys, "vendor" | "catalogueIssued"> & { onTaken: () => void }) {
  const words = useWords({ en, ja });
  const [isTaken, setIsTaken] = useState(false);
  return (
    <section class="keys-section">
      <h2>{words.catalogue}</h2>
      <p>
        {words.catalogueOf(vendor.name)} <Time at={catalogueIssued} />
      </p>
      {isTaken && <Notice kind="good">{words.catalogueDone}</Notice>}
      <details>
        <summary>{words.newCatalogue}</summary>
        <TakeAnswer
          label={words.newCatalogue}
          action={words.takeIn}
          onText={async (catalogue) => {
            await call("/v1/catalogue", { method: "POST", body: { catalogue } });
            setIsTaken(true);
            onTaken();
          }}
        />
      </details>
    </section>
  );
}
