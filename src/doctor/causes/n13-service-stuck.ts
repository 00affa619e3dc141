import type { Case } from "../case/case.ts";
import type { Client } from "../case/client.ts";
import { isHurt, mayAsk, pinOf } from "../case/discovery.ts";
import { quotes } from "../case/places.ts";
import { serviceOn } from "../case/reach.ts";
import { NO_CONTACT } from "../case/unreachable.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import type { LogEvent, Probe } from "../evidence/model.ts";
import type { Place } from "../evidence/place.ts";
import { hresult, list } from "../words.ts";

const NO_HOST_CONTACTED = 0xc004f074;
/** So many failures in a row without a single request are no chance. */
const ENOUGH = 3;

/**
 * The signs: discovery and the way to the host are proven good, the host serves others, and yet the client goes on
 * failing without sending anything: 8198 after 8198 and no 12288. Only then is its own service to be suspected.
 */
export const serviceStuck = defineCause({
  id: "N13",
  name: "service-stuck-on-client",
  link: "client",
  owner: "client",
  systems: ["kms"],
  links: [
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/activation-event-8198-0x8007139f",
  ],
  explains: ["N10", "N11", "C22", "C28"],
  lookalikes: [
    {
      id: "N03",
      test: {
        en: "Does a 12288 with the host's name go with each failure? Then the request did leave, and is broken on the way.",
        ja: "失敗のたびにホスト名入りの 12288 があるかを調べます。あれば要求は送られており、経路上で壊されています。",
      },
    },
    {
      id: "C16",
      test: {
        en: "Does the service run at all? 0x80070422 or 0x80070005 say that it may not start.",
        ja: "サービスが動作しているかを調べます。0x80070422 や 0x80070005 なら、開始できない状態です。",
      },
    },
    {
      id: "D01",
      test: {
        en: "Look the record up as the client does (`Resolve-DnsName`): without it no request leaves either.",
        ja: "クライアントと同じ方法 (`Resolve-DnsName`) でレコードを検索します。レコードがない場合も要求は送られません。",
      },
    },
  ],

  judge(the) {
    const asking = the.clients.filter(mayAsk);
    const found = asking.flatMap((client) => stuckIn(the, client) ?? []);
    const [first] = found;
    if (first === undefined) {
      const sending = asking.find(({ failing }) => failing.some(({ host }) => host !== ""));
      const request = sending?.failing.findLast(({ host }) => host !== "");
      if (sending !== undefined && request !== undefined) {
        return ruledOut(
          `The service of ${sending.label} sends requests.`,
          `${sending.label} のサービスは要求を送っています。`,
          request.at,
        );
      }
      const well = asking.find(({ lastSuccess, failure }) => lastSuccess !== undefined && !failure);
      return well?.lastSuccess === undefined
        ? notEvaluated("client-events", "srv", "port-test", "service")
        : ruledOut(
            `${well.label} was activated, and no failure followed.`,
            `${well.label} は認証に成功し、その後の失敗はありません。`,
            well.lastSuccess.at,
          );
    }
    const hurt = found.filter(({ client }) => client.state === "notActivated");
    return seen({
      verdict: first.isHanging ? "confirmed" : "likely",
      severity: hurt.length > 0 ? "error" : "warning",
      facts: {
        clients: found.map(({ client }) => client.label),
        failures: first.failures.length,
        code: hresult(first.failures.at(-1)?.codes[0] ?? 0),
        host: first.open.host,
        isHanging: first.isHanging,
      },
      evidence: quotes(...found.flatMap(({ places }) => places)),
      affects: hurt.map(({ client }) => client.label),
      wants: first.isHanging ? [] : ["service", "client-events"],
    });
  },

  words: {
    en: {
      title: "The client's own licensing service is stuck",
      why: ({ clients, failures, code, host, isHanging }) =>
        `${list(clients)} logged ${failures} failures (${code}) and sent no request, though DNS names ${host} and its port opens from there${isHanging ? "; the service neither stops nor starts" : ""}.`,
      about:
        "Now and then the licensing service keeps failing from memory after the cause is gone: discovery works, the port is open, others are served, and it does not even try. Restarting it ends that. It is the last thing to suspect, after the way is proven good, since a restart also hides causes that come back.",
      remedy: {
        steps: () => [
          "Restart the licensing service, or the machine if the service does not stop.",
          "Activate again, and see that a 12288 with the host's name follows.",
          "If it comes back, look for what hinders it: security software, a damaged store.",
        ],
        cost: "The service is gone for some seconds; nobody is logged off.",
        undo: () => "Nothing to undo.",
        verify: () => "`slmgr /ato` succeeds, and 12288 and 12289 appear in the Application log.",
      },
    },
    ja: {
      title: "クライアントのライセンス サービスが動作しなくなっています",
      why: ({ clients, failures, code, host, isHanging }) =>
        `${list(clients)} には ${failures} 件の失敗 (${code}) が記録されていますが、要求は 1 件も送られていません。DNS は ${host} を返し、そこからポートも開きます${isHanging ? "。サービスは停止も開始もできない状態です" : ""}。`,
      about:
        "原因が解消された後も、ライセンス サービスが失敗を繰り返すことがあります。検出は正常で、ポートも開いており、ほかのクライアントは認証されているのに、要求を送ろうとしません。サービスを再起動すると直ります。ただし、再起動は再発する原因を隠すこともあるため、経路が正常と確認できた後に、最後に疑うべきものです。",
      remedy: {
        steps: () => [
          "ライセンス サービスを再起動します。停止できない場合はマシンを再起動します。",
          "もう一度ライセンス認証を行い、ホスト名入りの 12288 が記録されることを確認します。",
          "再発する場合は、セキュリティ ソフトウェアやストアの破損など、妨げているものを調べます。",
        ],
        cost: "サービスが数秒間停止します。サインアウトは発生しません。",
        undo: () => "元に戻すものはありません。",
        verify: () =>
          "`slmgr /ato` が成功し、Application ログに 12288 と 12289 が記録されることを確認します。",
      },
    },
  },

  commands: () => ["Restart-Service sppsvc", "cscript //nologo slmgr.vbs /ato"],
});

interface Stuck {
  readonly client: Client;
  readonly failures: readonly LogEvent[];
  readonly open: Probe;
  /** The service was told to stop or start, and did not. */
  readonly isHanging: boolean;
  readonly places: readonly (Place | undefined)[];
}

function stuckIn(the: Case, client: Client): Stuck | undefined {
  if (!isHurt(client)) return undefined;
  const since = Math.max(
    client.lastSuccess?.time ?? Number.NEGATIVE_INFINITY,
    client.exchanges.at(-1)?.time ?? Number.NEGATIVE_INFINITY,
  );
  const failures = client.events.filter(
    ({ id, codes: [code = 0], time }) =>
      (id === 8198 || id === 8196) &&
      time > since + 60_000 &&
      (code === NO_HOST_CONTACTED || NO_CONTACT.has(code)),
  );
  const log = the.evidence.logs.find(
    ({ computer, channel, selected }) =>
      !selected && channel === "Application" && (client.machine?.names ?? []).includes(computer),
  );
  const open = wayIn(the, client);
  if (failures.length < ENOUGH || log === undefined || open === undefined) return undefined;
  const served = the.clients.find(
    ({ label, askers, lastSuccess }) =>
      label !== client.label &&
      ((lastSuccess?.time ?? 0) > since || askers.some(({ last, code }) => code === 0 && last > since)),
  );
  if (served === undefined) return undefined;
  const service = serviceOn(the, client);
  const isHanging = service !== undefined && /pending/.test(service.state);
  const asker = served.askers.find(({ code }) => code === 0);
  const places = [
    isHanging ? service.at : undefined,
    ...failures.slice(-2).map(({ at }) => at),
    open.at,
    the.targets[0]?.at,
    served.lastSuccess?.at ?? (asker && the.evidence.handled.place(asker.newest)),
  ];
  return { client, failures, open, isHanging, places };
}

/** A port of a host that opens from this client, and that DNS or its own setting leads it to. */
function wayIn(the: Case, client: Client): Probe | undefined {
  const pin = pinOf(the, client)?.host;
  return the.hosts
    .filter(({ targets, label, machine }) => {
      const isPinned = pin !== undefined && the.names.same(pin, machine?.names ?? [label]);
      return targets.length > 0 || isPinned;
    })
    .flatMap(({ probes }) => probes)
    .find(({ result, protocol, origin }) => {
      const owner = the.evidence.machineOf(origin);
      const isOwn = owner === undefined || owner.names.length === 0 || owner === client.machine;
      return result === "open" && protocol !== "icmp" && isOwn;
    });
}
