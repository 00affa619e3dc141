import { useEffect, useMemo } from "preact/hooks";
import { DiagnosisView } from "../../doctor/report/diagnosis-view.tsx";
import type { ReportDocument } from "../../doctor/report/document.ts";
import type { Diagnosis } from "../api-types.ts";
import { useFormat, useWords } from "../language.tsx";
import { Button } from "../parts/button.tsx";
import { Notice } from "../parts/notice.tsx";
import { en } from "../words/en/findings.ts";
import { ja } from "../words/ja/findings.ts";

interface ToldProps {
  /** What was looked at; the deployment has none. */
  readonly title?: string;
  readonly diagnosis: Diagnosis;
  readonly onBack?: () => void;
}

/** A diagnosis, as the report shows it. */
export function Told({ title, diagnosis: { document, took, kept }, onBack }: ToldProps) {
  const words = useWords({ en, ja });
  const { number } = useFormat();
  return (
    <>
      {title !== undefined && (
        <div class="findings-live" role="status">
          <h2>{title}</h2>
          <span class="faint">{words.took(number(took / 1000))}</span>
          <Download document={document as ReportDocument} />
          {onBack && <Button onClick={onBack}>{words.back}</Button>}
        </div>
      )}
      {kept !== undefined && title !== undefined && <Notice kind="info">{words.kept}</Notice>}
      <div class="diagnosis">
        <DiagnosisView document={document as ReportDocument} />
      </div>
    </>
  );
}

function Download({ document }: { document: ReportDocument }) {
  const words = useWords({ en, ja });
  const address = useMemo(
    () =>
      URL.createObjectURL(new Blob([JSON.stringify(document, undefined, 2)], { type: "application/json" })),
    [document],
  );
  useEffect(() => () => URL.revokeObjectURL(address), [address]);
  return (
    <a class="button" href={address} download="diagnosis.json">
      {words.download}
    </a>
  );
}
