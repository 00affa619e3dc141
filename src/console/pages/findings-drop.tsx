import { useRef, useState } from "preact/hooks";
import { call } from "../api.ts";
import type { Diagnosis } from "../api-types.ts";
import { useFormat, useLanguage, useWords } from "../language.tsx";
import { Button } from "../parts/button.tsx";
import { Copy } from "../parts/copy.tsx";
import { Failure } from "../parts/failure.tsx";
import { Notice } from "../parts/notice.tsx";
import { en } from "../words/en/findings.ts";
import { ja } from "../words/ja/findings.ts";
import type { OfFiles } from "./findings.tsx";

const MOST = 64 * 1024 * 1024;

/** Takes files, by drop or by choice, and has them diagnosed. */
export function DropEvidence({ onDiagnosed }: { onDiagnosed: (ofFiles: OfFiles) => void }) {
  const words = useWords({ en, ja });
  const { language } = useLanguage();
  const { number } = useFormat();
  const input = useRef<HTMLInputElement>(null);
  const [isKept, setIsKept] = useState(false);
  const [isOver, setIsOver] = useState(false);
  const [reading, setReading] = useState(0);
  const [isTooMuch, setIsTooMuch] = useState(false);
  const [error, setError] = useState<unknown>();
  const diagnose = async (files: readonly File[]) => {
    const [first] = files;
    if (first === undefined || reading > 0) return;
    setError(undefined);
    const size = files.reduce((sum, file) => sum + file.size, 0);
    setIsTooMuch(size > MOST);
    if (size > MOST) return;
    setReading(files.length);
    const body = new FormData();
    for (const file of files) body.append("files", file);
    body.append("keep", String(isKept));
    try {
      const diagnosis = await call<Diagnosis>(`/v1/diagnosis?lang=${language}`, { method: "POST", body });
      const title = files.length === 1 ? words.of(first.name) : words.ofMany(first.name, files.length - 1);
      onDiagnosed({ title, diagnosis });
    } catch (thrown) {
      setError(thrown);
    }
    setReading(0);
  };
  return (
    <fieldset
      class={isOver ? "findings-drop over" : "findings-drop"}
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setIsOver(false);
        void diagnose([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      <legend>{words.drop}</legend>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={({ currentTarget }) => {
          void diagnose([...(currentTarget.files ?? [])]);
          currentTarget.value = "";
        }}
      />
      <Button isBusy={reading > 0} onClick={() => input.current?.click()}>
        {words.choose}
      </Button>
      <label class="findings-keep">
        <input
          type="checkbox"
          checked={isKept}
          onChange={({ currentTarget }) => setIsKept(currentTarget.checked)}
        />
        {words.keep}
      </label>
      <p class="hint">{words.keepHint}</p>
      {reading > 0 && <Notice kind="info">{words.reading(number(reading))}</Notice>}
      {isTooMuch && (
        <Notice kind="warn">
          {words.tooMuch} <Copy text="muster doctor FILES" />
        </Notice>
      )}
      {error !== undefined && <Failure error={error} />}
    </fieldset>
  );
}
