import { useRef, useState } from "preact/hooks";
import { useWords } from "../language.tsx";
import { Button } from "../parts/button.tsx";
import { Failure } from "../parts/failure.tsx";
import { Field } from "../parts/field.tsx";
import { en } from "../words/en/keys.ts";
import { ja } from "../words/ja/keys.ts";
import { Camera } from "./keys-camera.tsx";

interface TakeAnswerProps {
  readonly label: string;
  readonly action: string;
  readonly onText: (text: string) => Promise<void>;
}

/** Takes in a document of the vendor: as a file, as a picture of a QR code, through a camera, or as text. */
export function TakeAnswer({ label, action, onText }: TakeAnswerProps) {
  const words = useWords({ en, ja });
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  const [wrong, setWrong] = useState<string>();
  const [error, setError] = useState<unknown>();
  const take = async (given: string) => {
    setError(undefined);
    setWrong(given.trim() === "" ? words.answerMissing : undefined);
    if (given.trim() === "") return;
    setIsBusy(true);
    try {
      await onText(given.trim());
      setText("");
    } catch (thrown) {
      setError(thrown);
    }
    setIsBusy(false);
  };
  const takeFile = async (file: File | undefined) => {
    if (file === undefined) return;
    const found = file.type.startsWith("image/") ? await readPicture(file) : await file.text();
    setText(found ?? "");
    if (found === undefined) setWrong(words.noQr);
    else await take(found);
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBusy) void take(text);
      }}
    >
      <input
        ref={input}
        type="file"
        hidden
        accept=".jws,.txt,image/*"
        onChange={({ currentTarget }) => {
          void takeFile(currentTarget.files?.[0]);
          currentTarget.value = "";
        }}
      />
      <Field label={label}>
        {(control) => (
          <Button {...control} isBusy={isBusy} onClick={() => input.current?.click()}>
            {words.chooseFile}
          </Button>
        )}
      </Field>
      <Field label={words.answerText} error={wrong}>
        {(control) => (
          <textarea
            {...control}
            rows={4}
            spellcheck={false}
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        )}
      </Field>
      {error !== undefined && <Failure error={error} />}
      <div class="keys-actions">
        <Button type="submit" kind="primary" isBusy={isBusy}>
          {action}
        </Button>
        <Camera onText={(found) => void take(found)} />
      </div>
    </form>
  );
}

/** Loaded when there is a picture to read. */
async function readPicture(file: File): Promise<string | undefined> {
  const { readQr } = await import("./qr-read.ts");
  return readQr(file);
}
