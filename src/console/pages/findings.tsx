import { useState } from "preact/hooks";
import { call } from "../api.ts";
import type { Diagnosis } from "../api-types.ts";
import { useLanguage, useWords } from "../language.tsx";
import { Button } from "../parts/button.tsx";
import { Failure } from "../parts/failure.tsx";
import { Loading } from "../parts/loading.tsx";
import { Page } from "../parts/page.tsx";
import { Time } from "../parts/time.tsx";
import { useApi } from "../use-api.ts";
import { en } from "../words/en/findings.ts";
import { ja } from "../words/ja/findings.ts";
import { DropEvidence } from "./findings-drop.tsx";
import { KeptEvidence } from "./findings-kept.tsx";
import { Told } from "./findings-told.tsx";

const EVERY = 60_000;

/** A diagnosis of files, with what it is called. */
export interface OfFiles {
  readonly title: string;
  readonly diagnosis: Diagnosis;
}

/** What the doctor says of this deployment; and of whatever evidence is dropped here. */
export default function Findings() {
  const words = useWords({ en, ja });
  const [shown, setShown] = useState<OfFiles>();
  const [keptOnce, setKeptOnce] = useState(0);
  const show = (ofFiles: OfFiles) => {
    setShown(ofFiles);
    if (ofFiles.diagnosis.kept !== undefined) setKeptOnce(keptOnce + 1);
    scrollTo({ top: 0 });
  };
  return (
    <Page title={words.title}>
      {shown === undefined ? <Live /> : <Told {...shown} onBack={() => setShown(undefined)} />}
      <section class="findings-evidence">
        <h2>{words.evidence}</h2>
        <p>{words.lead}</p>
        <DropEvidence onDiagnosed={show} />
        <KeptEvidence key={keptOnce} onDiagnosed={show} />
      </section>
    </Page>
  );
}

/** The deployment itself, refreshed. */
function Live() {
  const words = useWords({ en, ja });
  const { language } = useLanguage();
  const path = `/v1/diagnosis?lang=${language}`;
  const answered = useApi<Diagnosis>(path, { every: EVERY });
  const [fresh, setFresh] = useState<Diagnosis>();
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const look = async () => {
    setIsBusy(true);
    setError(undefined);
    try {
      setFresh(await call<Diagnosis>(`${path}&fresh=true`));
    } catch (thrown) {
      setError(thrown);
    }
    setIsBusy(false);
  };
  const diagnosis = newer(fresh, answered.data, language);
  return (
    <>
      <div class="findings-live">
        <h2>{words.live}</h2>
        {diagnosis !== undefined && (
          <span class="faint">
            {words.made} <Time at={diagnosis.made} as="relative" />
          </span>
        )}
        <Button isBusy={isBusy} onClick={look}>
          {isBusy ? words.looking : words.again}
        </Button>
      </div>
      {error !== undefined && <Failure error={error} onRetry={look} />}
      {diagnosis !== undefined ? (
        <Told diagnosis={diagnosis} />
      ) : answered.error === undefined ? (
        <Loading lines={8} />
      ) : (
        <Failure error={answered.error} onRetry={answered.refresh} />
      )}
    </>
  );
}

function newer(
  fresh: Diagnosis | undefined,
  known: Diagnosis | undefined,
  language: string,
): Diagnosis | undefined {
  if (fresh === undefined || known === undefined || fresh.document.language !== language) return known;
  return fresh.made > known.made ? fresh : known;
}
