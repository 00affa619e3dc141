import { useState } from "preact/hooks";
import { call } from "../api.ts";
import type { InstallationId, Keys } from "../api-types.ts";
import { useWords } from "../language.tsx";
import { Button } from "../parts/button.tsx";
import { Failure } from "../parts/failure.tsx";
import { Field } from "../parts/field.tsx";
import { en } from "../words/en/keys.ts";
import { ja } from "../words/ja/keys.ts";
import { HostKey } from "./keys-host-key.tsx";
import type { WayProps } from "./keys-renewal.tsx";

/** A licence by telephone: digits are read out, digits are read back. */
export function ByPhone({ kept, onTaken }: WayProps) {
  const words = useWords({ en, ja });
  const [key, setKey] = useState<string>();
  const [id, setId] = useState<InstallationId>();
  return (
    <div class="keys-steps">
      <section>
        <h3>{words.ask}</h3>
        <HostKey
          kept={kept}
          action={words.makeId}
          onKey={async (given) => {
            setId(await call("/v1/license/installation-id", { method: "POST", body: { key: given } }));
            setKey(given);
          }}
        />
        {id !== undefined && (
          <div class="keys-result">
            <p>{words.installationId}</p>
            <ol class="keys-digits">
              {id.groups.map((group, at) => (
                <li key={at}>{group}</li>
              ))}
            </ol>
          </div>
        )}
      </section>
      <section>
        <h3>{words.take}</h3>
        <Confirmation hostKey={key} onTaken={onTaken} />
      </section>
    </div>
  );
}

function Confirmation({ hostKey, onTaken }: { hostKey: string | undefined; onTaken: WayProps["onTaken"] }) {
  const words = useWords({ en, ja });
  const [digits, setDigits] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  const [isMissing, setIsMissing] = useState(false);
  const [error, setError] = useState<unknown>();
  const send = async () => {
    setIsMissing(!/\d/.test(digits));
    if (!/\d/.test(digits)) return;
    setIsBusy(true);
    setError(undefined);
    try {
      onTaken(
        await call<Keys>("/v1/license/confirmation", { method: "POST", body: { digits, key: hostKey } }),
      );
      setDigits("");
    } catch (thrown) {
      setError(thrown);
    }
    setIsBusy(false);
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBusy) void send();
      }}
    >
      <Field
        label={words.confirmation}
        hint={words.confirmationHint}
        error={isMissing ? words.confirmationMissing : undefined}
      >
        {(control) => (
          <textarea
            {...control}
            rows={6}
            inputMode="numeric"
            spellcheck={false}
            value={digits}
            onInput={({ currentTarget }) => setDigits(currentTarget.value)}
          />
        )}
      </Field>
      {error !== undefined && <Failure error={error} />}
      <Button type="submit" kind="primary" isBusy={isBusy}>
        {words.takeIn}
      </Button>
    </form>
  );
}
