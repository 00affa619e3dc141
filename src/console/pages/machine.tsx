import { useState } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso";
import { ApiError } from "../api.ts";
import type { MachineWithEvents } from "../api-types.ts";
import { useWords } from "../language.tsx";
import { Empty } from "../parts/empty.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Notice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { useApi } from "../use-api.ts";
import { en } from "../words/en/machine.ts";
import { ja } from "../words/ja/machine.ts";
import { MachineActions } from "./machine-actions.tsx";
import { listAddress } from "./machine-cursors.ts";
import { MachineFacts } from "./machine-facts.tsx";
import { noteForgotten } from "./machine-forgotten.ts";
import { MachineOthers } from "./machine-others.tsx";
import { MachineState } from "./machine-state.tsx";
import { MachineTimeline } from "./machine-timeline.tsx";
import { MachineWhy } from "./machine-why.tsx";

const EVERY = 10_000;
const ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** One machine: what it is, why it stands as it does, what it has done, and what can be done about it. */
export default function Machine() {
  const words = useWords({ en, ja });
  const { route } = useLocation();
  const { params } = useRoute();
  const path = `/v1/machines/${encodeURIComponent(params.application ?? "")}/${encodeURIComponent(params.cmid ?? "")}`;
  // What names no machine in any host is not asked for.
  const isNamed = ID.test(params.application ?? "") && ID.test(params.cmid ?? "");
  const answered = useApi<MachineWithEvents>(isNamed ? path : undefined, { every: EVERY });
  const [said, setSaid] = useState<string>();
  const [changes, setChanges] = useState(0);
  const { data, error } = answered;
  const list = listAddress();
  // Somebody else may forget it while it is looked at: what is shown of it is no longer so.
  const isGone = error instanceof ApiError && error.status === 404;
  return (
    <Page title={data?.name || words.title} aside={data && !isGone && <MachineState {...data} />}>
      <p>
        <a href={list}>← {words.back}</a>
      </p>
      {said !== undefined && <Notice kind="good">{said}</Notice>}
      {!isNamed && <Empty title={words.noSuch}>{words.noSuchHint}</Empty>}
      {isNamed && (
        <Loaded of={isGone ? { ...answered, data: undefined } : answered} lines={12}>
          {(machine) => (
            <>
              <MachineActions
                machine={machine}
                onDone={(what) => {
                  setSaid(what);
                  setChanges(changes + 1);
                  answered.refresh();
                }}
                onForgotten={() => {
                  noteForgotten(machine.name);
                  route(list);
                }}
              />
              <MachineFacts machine={machine} />
              <MachineWhy key={changes} machine={machine} />
              <MachineOthers machine={machine} />
              <MachineTimeline machine={machine} />
            </>
          )}
        </Loaded>
      )}
    </Page>
  );
}
