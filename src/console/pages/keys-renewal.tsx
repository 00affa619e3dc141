import { useId, useState } from "preact/hooks";
import type { Keys } from "../api-types.ts";
import { useWords } from "../language.tsx";
import { Copy } from "../parts/copy.tsx";
import { en } from "../words/en/keys.ts";
import { ja } from "../words/ja/keys.ts";
import { ByFile } from "./keys-by-file.tsx";
import { ByPhone } from "./keys-by-phone.tsx";

const WAYS = { file: ByFile, phone: ByPhone } as const;

/** What both ways to a licence are told. */
export interface WayProps {
  /** The last five characters of the host key that the host keeps. */
  readonly kept: string | undefined;
  /** Told the keys as they are with the new licence. */
  readonly onTaken: (keys: Keys) => void;
}

/** How a host without a way to the vendor's server gets its licence. */
export function Renewal(props: WayProps) {
  const words = useWords({ en, ja });
  const [way, setWay] = useState<keyof typeof WAYS>("file");
  const id = useId();
  const Way = WAYS[way];
  return (
    <section class="keys-section">
      <h2>{words.renew}</h2>
      <p>
        {words.online} <Copy text="muster host activate HOST-KEY --online URL" />
      </p>
      <fieldset class="keys-ways">
        <legend>{words.way}</legend>
        {(["file", "phone"] as const).map((each) => (
          <label key={each}>
            <input type="radio" name={id} checked={way === each} onChange={() => setWay(each)} />{" "}
            {words.ways[each]}
          </label>
        ))}
      </fieldset>
      <Way {...props} />
    </section>
  );
}
