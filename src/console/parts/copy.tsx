import { useEffect, useState } from "preact/hooks";
import { useShellWords } from "./words.ts";

const SHOWN = 2000;

/** Text to be used elsewhere (a command, a key, an id), with a button that copies it. */
export function Copy({ text }: { text: string }) {
  const words = useShellWords();
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setIsCopied(false), SHOWN);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <span class="copy">
      <code>{text}</code>
      <button
        type="button"
        class="button quiet"
        aria-label={isCopied ? words.copied : words.copyThis(text)}
        onClick={async () => setIsCopied(await copy(text))}
      >
        {isCopied ? words.copied : words.copy}
      </button>
      <span class="unseen" role="status">
        {isCopied ? words.copied : ""}
      </span>
    </span>
  );
}

/** Browsers give the clipboard itself only to pages by HTTPS and on this machine. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const isCopied = document.execCommand("copy");
    area.remove();
    return isCopied;
  }
}
