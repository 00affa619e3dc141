import { useState } from "preact/hooks";
import { useWords } from "../language.tsx";
import { Button } from "../parts/button.tsx";
import { Failure } from "../parts/failure.tsx";
import { Field } from "../parts/field.tsx";
import { en } from "../words/en/keys.ts";
import { ja } from "../words/ja/keys.ts";

interface HostKeyProps {
  readonly kept: string | undefined;
  readonly action: string;
  /** Asks with this host key, or with the one that the host keeps. */
  readonly onKey: (key: string | undefined) => Promise<void>;
}

/** Asks for the host key, and does what needs one. */
export function HostKey({ kept, action, onKey }: HostKeyProps) {
  const words = useWords({ en, ja });
  const [key, setKey] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  const [isMissing, setIsMissing] = useState(false);
  const [error, setError] = useState<unknown>();
  const send = async () => {
    const given = key.trim();
    setIsMissing(given === "" && kept === undefined);
    if (given === "" && kept === undefined) return;
    setIsBusy(true);
    setError(undefined);
    try {
      await onKey(given === "" ? undefined : given);
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
        label={words.keyField}
        hint={kept === undefined ? words.keyHint : words.keyOptional(kept)}
        error={isMissing ? words.keyMissing : undefined}
      >
        {(control) => (
          <input
            {...control}
            type="text"
            autoComplete="off"
            spellcheck={false}
            placeholder="XXXXX-XXXXX-XXXXX-XXXXX-XXXXX"
            value={key}
            onInput={({ currentTarget }) => setKey(currentTarget.value)}
          />
        )}
      </Field>
      {error !== undefined && <Failure error={error} />}
      <Button type="submit" kind="primary" isBusy={isBusy}>
        {action}
      </Button>
    </form>
  );
}
