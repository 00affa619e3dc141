import { useState } from "preact/hooks";
import type { Keys as KeyRing } from "../api-types.ts";
import { useFormat, useWords } from "../language.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Notice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { useApi } from "../use-api.ts";
import { en } from "../words/en/keys.ts";
import { ja } from "../words/ja/keys.ts";
import { Catalogue } from "./keys-catalogue.tsx";
import { License } from "./keys-license.tsx";
import { Products } from "./keys-products.tsx";
import { Renewal } from "./keys-renewal.tsx";

const EVERY = 30_000;

/** The host licence and how to get one without internet, and the products with their setup keys. */
export default function Keys() {
  const words = useWords({ en, ja });
  const { date } = useFormat();
  const answered = useApi<KeyRing>("/v1/keys", { every: EVERY });
  const [taken, setTaken] = useState<string>();
  return (
    <Page title={words.title}>
      {taken !== undefined && <Notice kind="good">{words.done(date(taken))}</Notice>}
      <Loaded of={answered} lines={10}>
        {(keys) => (
          <>
            <License {...keys} />
            <Renewal
              kept={keys.hostKeys.at(-1)}
              onTaken={({ license }) => {
                setTaken(license?.expires);
                answered.refresh();
              }}
            />
            <Products {...keys} />
            <Catalogue {...keys} onTaken={answered.refresh} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
