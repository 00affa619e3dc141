import type { Hosts, Renewals, Status } from "../api-types.ts";
import { useWords } from "../language.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Notice } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";
import { Time } from "../parts/time.tsx";
import { useApi } from "../use-api.ts";
import { en } from "../words/en/overview.ts";
import { ja } from "../words/ja/overview.ts";
import { Activity } from "./overview-activity.tsx";
import { Counts } from "./overview-counts.tsx";
import { Figures } from "./overview-figures.tsx";
import { SharingHosts } from "./overview-hosts.tsx";
import { Latest } from "./overview-latest.tsx";
import { Verdict } from "./overview-verdict.tsx";

const EVERY = 5_000;

/** The deployment on one screen: whether it is well, the count, what is due, who shares it. */
export default function Overview() {
  const words = useWords({ en, ja });
  const status = useApi<Status>("/v1/status", { every: EVERY });
  const renewals = useApi<Renewals>("/v1/renewals", { every: EVERY });
  const hosts = useApi<Hosts>("/v1/hosts", { every: EVERY });
  return (
    <Page title={words.title}>
      <Verdict />
      <Loaded of={status} lines={6}>
        {(told) => (
          <>
            {!told.licensed && (
              <Notice kind="bad">
                {words.noLicense} <a href="/keys">{words.toKeys}</a>
              </Notice>
            )}
            {told.handedOver !== null && (
              <Notice kind="bad">
                {words.handedOver} <Time at={told.handedOver.time} />
              </Notice>
            )}
            <Counts applications={told.applications} />
            <Figures status={told} renewals={renewals.data} />
          </>
        )}
      </Loaded>
      <Activity />
      {(hosts.data?.hosts.length ?? 0) > 1 && <SharingHosts hosts={hosts.data?.hosts ?? []} />}
      <Latest />
    </Page>
  );
}
