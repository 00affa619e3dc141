import { useState } from "preact/hooks";
import { call } from "../api.ts";
import { useWords } from "../language.tsx";
import { Button } from "../parts/button.tsx";
import { Failure } from "../parts/failure.tsx";
import { Notice } from "../parts/notice.tsx";
import { en } from "../words/en/settings.ts";
import { ja } from "../words/ja/settings.ts";
import { shown } from "./setting-text.ts";

/** A change that was made here. */
export interface Change {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly wasDefault: boolean;
}

interface ChangedProps extends Change {
  readonly onUndone: () => void;
  readonly refresh: () => void;
}

/** Says what was changed, and takes it back. */
export function Changed({ name, from, to, wasDefault, onUndone, refresh }: ChangedProps) {
  const words = useWords({ en, ja });
  const [error, setError] = useState<unknown>();
  const undo = async () => {
    try {
      await call("/v1/settings", { method: "PATCH", body: { [name]: wasDefault ? null : from } });
      onUndone();
      refresh();
    } catch (thrown) {
      setError(thrown);
    }
  };
  return (
    <Notice kind="good">
      {words.done(words.labels[name] ?? name, shown(words, name, from), shown(words, name, to))}{" "}
      <Button onClick={undo}>{words.undo}</Button>
      {error !== undefined && <Failure error={error} />}
    </Notice>
  );
}
