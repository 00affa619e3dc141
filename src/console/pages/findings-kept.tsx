import { useState } from "preact/hooks";
import { call } from "../api.ts";
import type { Diagnosis, Evidence } from "../api-types.ts";
import { useFormat, useLanguage, useWords } from "../language.tsx";
import { Button } from "../parts/button.tsx";
import { Confirm } from "../parts/confirm.tsx";
import { Failure } from "../parts/failure.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { useApi } from "../use-api.ts";
import { en } from "../words/en/findings.ts";
import { ja } from "../words/ja/findings.ts";
import type { OfFiles } from "./findings.tsx";

type Kept = Evidence["evidence"][number];

/** Evidence that was kept on the host: to be diagnosed again, or removed. Nothing when there is none. */
export function KeptEvidence({ onDiagnosed }: { onDiagnosed: (ofFiles: OfFiles) => void }) {
  const words = useWords({ en, ja });
  const { language } = useLanguage();
  const { time, bytes } = useFormat();
  const { data, refresh } = useApi<Evidence>("/v1/evidence");
  const [removing, setRemoving] = useState<Kept>();
  const [busy, setBusy] = useState<string>();
  const [error, setError] = useState<unknown>();
  const diagnose = async ({ id, files }: Kept) => {
    setBusy(id);
    setError(undefined);
    try {
      const diagnosis = await call<Diagnosis>(`/v1/evidence/${id}/diagnosis?lang=${language}`);
      const [first] = files;
      const name = first?.name ?? id;
      onDiagnosed({
        title: files.length < 2 ? words.of(name) : words.ofMany(name, files.length - 1),
        diagnosis,
      });
    } catch (thrown) {
      setError(thrown);
    }
    setBusy(undefined);
  };
  if (data === undefined || data.evidence.length === 0) return null;
  const columns: Column<Kept>[] = [
    { name: "when", label: words.when, cell: ({ kept }) => <Time at={kept} /> },
    {
      name: "files",
      label: words.files,
      cell: ({ files }) => files.map(({ name, bytes: size }) => `${name} (${bytes(size)})`).join(", "),
    },
    {
      name: "actions",
      label: words.diagnose,
      isActions: true,
      cell: (kept) => (
        <>
          <Button
            isBusy={busy === kept.id}
            aria-label={words.diagnoseThis(time(kept.kept))}
            onClick={() => diagnose(kept)}
          >
            {words.diagnose}
          </Button>{" "}
          <Button
            kind="danger"
            aria-label={words.removeThis(time(kept.kept))}
            onClick={() => setRemoving(kept)}
          >
            {words.remove}
          </Button>
        </>
      ),
    },
  ];
  return (
    <section class="findings-kept">
      <h3>{words.keptTitle}</h3>
      {error !== undefined && <Failure error={error} />}
      <Table caption={words.keptCaption} columns={columns} rows={data.evidence} keyOf={({ id }) => id} />
      {removing !== undefined && (
        <Confirm
          title={words.removeThis(time(removing.kept))}
          action={words.remove}
          kind="danger"
          onConfirm={async () => {
            await call(`/v1/evidence/${removing.id}`, { method: "DELETE" });
            refresh();
          }}
          onClose={() => setRemoving(undefined)}
        >
          <p>{words.removeSure}</p>
        </Confirm>
      )}
    </section>
  );
}
