import { useEffect, useRef, useState } from "preact/hooks";
import { call } from "../api.ts";
import type { MachinePage } from "../api-types.ts";
import { useFormat, useWords } from "../language.tsx";
import { Button } from "../parts/button.tsx";
import { Failure } from "../parts/failure.tsx";
import { Notice } from "../parts/notice.tsx";
import { en } from "../words/en/machines.ts";
import { ja } from "../words/ja/machines.ts";
import { CSV_HEAD, csvLines } from "./machine-csv.ts";
import { type MachineChoice, machinesPath } from "./machine-query.ts";

/** As many as the API gives at once. */
const MOST = 1000;

interface MachineCsvProps {
  readonly choice: MachineChoice;
  readonly nameOf: (product: string) => string;
  readonly onClose: () => void;
}

/** Gathers all machines of a choice into a file, a page at a time, and gives it to the browser. */
export function MachineCsv({ choice, nameOf, onClose }: MachineCsvProps) {
  const words = useWords({ en, ja });
  const { number } = useFormat();
  const [done, setDone] = useState({ machines: 0, total: 0, isAll: false });
  const [error, setError] = useState<unknown>();
  // What was chosen when it was asked for.
  const asked = useRef({ choice, nameOf });
  useEffect(() => {
    const stop = new AbortController();
    const gather = async () => {
      const parts = [CSV_HEAD];
      let machines = 0;
      let total = 0;
      let cursor: string | undefined = "";
      while (cursor !== undefined) {
        const path = machinesPath({ ...asked.current.choice, cursor }, MOST);
        const page: MachinePage = await call<MachinePage>(path, { signal: stop.signal });
        parts.push(csvLines(page.machines, asked.current.nameOf));
        machines += page.machines.length;
        total = page.total ?? total;
        cursor = page.next;
        setDone({ machines, total, isAll: cursor === undefined });
      }
      save("machines.csv", new Blob(parts, { type: "text/csv" }));
    };
    gather().catch((thrown) => {
      if (!stop.signal.aborted) setError(thrown);
    });
    return () => stop.abort();
  }, []);
  if (error !== undefined) return <Failure error={error} />;
  if (done.isAll) {
    return <Notice kind="good">{words.downloaded(done.machines, number(done.machines))}</Notice>;
  }
  return (
    <div class="machines-progress">
      <progress max={Math.max(1, done.total)} value={done.machines} aria-label={words.download} />
      <span>{words.downloading(number(done.machines), number(done.total))}</span>
      <Button onClick={onClose}>{words.stop}</Button>
    </div>
  );
}

function save(name: string, blob: Blob): void {
  const address = URL.createObjectURL(blob);
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
