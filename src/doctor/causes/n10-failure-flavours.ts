import type { Case } from "../case/case.ts";
import type { Client } from "../case/client.ts";
import { isHurt, mayAsk } from "../case/discovery.ts";
import { quotes } from "../case/places.ts";
import { NO_CONTACT, unreachedIn } from "../case/unreachable.ts";
import { defineCause, type Judgement, notEvaluated, ruledOut, seen, type Verdict } from "../cause.ts";
import type { LogEvent } from "../evidence/model.ts";
import type { Place } from "../evidence/place.ts";
import { hresult, list } from "../words.ts";

const TIMED_OUT = 0x800705b4;
/** RPC_NT_SERVER_UNAVAILABLE and ERROR_INVALID_STATE: what 8198 writes for the same as 0xC004F074. */
const OTHER_ROUTES: ReadonlySet<number> = new Set([0xc0020017, 0x8007139f]);

interface Facts {
  readonly clients: readonly string[];
  readonly code: string;
  readonly failures: number;
  /** A request or a test of a port shows that a host was tried in vain. */
  readonly isSupported: boolean;
}

/**
 * The signs: an 8196 or 8198 with 0x800705B4. It tells the manner, not the cause: a try that takes its time was dropped
 * somewhere, one that fails at once was refused. What dropped it is for N01, N02, N07 and D02 to say.
 */
export const timedOut = defineCause<Facts>({
  id: "N10",
  name: "timeout-flavour",
  link: "network",
  owner: "network",
  systems: ["kms"],
  links: [
    "https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/windows-vm-activation-error-0x800705b4",
  ],
  explains: ["C28", "C22"],
  isConsequence: true,
  lookalikes: [
    {
      id: "N05",
      test: {
        en: "Watch the time: a stopped service refuses at once, and no 0x800705B4 comes of it.",
        ja: "かかった時間を見ます。サービスの停止なら即座に拒否され、0x800705B4 にはなりません。",
      },
    },
    {
      id: "D05",
      test: {
        en: "Look up any other name: if that takes as long, DNS is what does not answer.",
        ja: "別の名前を検索します。同じように時間がかかるなら、応答していないのは DNS です。",
      },
    },
  ],
  judge: (the) => judgeFlavour(the, (code) => code === TIMED_OUT),

  words: {
    en: {
      title: "Activation runs into a timeout: packets are dropped, not refused",
      why: ({ clients, failures, isSupported }) =>
        `${failures > 1 ? `${failures} tries` : "A try"} of ${list(clients)} ended with 0x800705B4, a timeout${isSupported ? ", and a host was tried in vain" : ""}. Something swallows packets, on the way to the host or to DNS; who does is not said by this code.`,
      about:
        "0x800705B4 is a plain timeout. It is worth knowing because of what it rules out: a machine that is there and on which nothing listens refuses at once. So either a filter drops the packets, or the machine is gone, or DNS does not answer.",
      remedy: {
        steps: () => [
          "Read the newest 12288 of the client: with a host in it the way to that host is closed, without one discovery did not get that far.",
          "Test TCP 1688 to that host, and look up its name, and see which of the two takes long.",
          "Follow the one that does: its way through firewalls, or the DNS server.",
        ],
        cost: "",
        undo: () => "Nothing is changed by looking.",
        verify: () => "`slmgr /ato` succeeds, and no new 8196 or 8198 carries 0x800705B4.",
      },
    },
    ja: {
      title: "ライセンス認証がタイムアウトしており、パケットは拒否ではなく破棄されています",
      why: ({ clients, failures, isSupported }) =>
        `${list(clients)} の${failures > 1 ? ` ${failures} 回の` : ""}試行が、タイムアウトを示す 0x800705B4 で終わっています${isSupported ? "。ホストへの試行も応答を得られていません" : ""}。ホストまたは DNS への経路のどこかでパケットが失われていますが、どこであるかはこのコードでは分かりません。`,
      about:
        "0x800705B4 は単なるタイムアウトですが、除外できるものがあります。マシンが存在し、待ち受けがないだけなら、接続は即座に拒否されます。したがって、フィルターがパケットを破棄しているか、マシンがないか、DNS が応答していないかのいずれかです。",
      remedy: {
        steps: () => [
          "クライアントの最新の 12288 を確認します。ホスト名があればそのホストへの経路が閉じており、なければ検出の段階で止まっています。",
          "そのホストの TCP 1688 をテストし、名前も検索して、どちらに時間がかかるかを調べます。",
          "時間がかかる方、つまりファイアウォールを含む経路か DNS サーバーを調べます。",
        ],
        cost: "",
        undo: () => "調べるだけなので、元に戻すものはありません。",
        verify: () => "`slmgr /ato` が成功し、0x800705B4 の新しい 8196 や 8198 がないことを確認します。",
      },
    },
  },
  commands: flavourCommands,
});

/**
 * The signs: an 8198 with 0xC0020017 or 0x8007139F. Microsoft calls them functionally the same as 0xC004F074, by another
 * way through the code: no host answered, and 12288 says why.
 */
export const otherRoute = defineCause<Facts>({
  id: "N11",
  name: "no-host-contacted-by-another-code",
  link: "network",
  owner: "network",
  systems: ["kms"],
  links: [
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/activation-event-8198-0x8007139f",
  ],
  explains: ["C28", "C22"],
  isConsequence: true,
  lookalikes: [
    {
      id: "C21",
      test: {
        en: "Does a success follow? Then it was a try at a bad moment, and no fault.",
        ja: "その後に成功していれば、タイミングの悪い試行であり、障害ではありません。",
      },
    },
    {
      id: "N13",
      test: {
        en: "Is the way proven good? Then the client's own service may be stuck, and a restart of it cures it.",
        ja: "経路が正常と確認できていれば、クライアントのサービスが停止した状態の可能性があり、再起動で直ります。",
      },
    },
  ],
  judge: (the) => judgeFlavour(the, (code) => OTHER_ROUTES.has(code)),

  words: {
    en: {
      title: "No host was contacted, though the code is not 0xC004F074",
      why: ({ clients, code, failures, isSupported }) =>
        `${failures > 1 ? `${failures} events` : "An event"} of ${list(clients)} ${failures > 1 ? "carry" : "carries"} ${code}, which means the same as 0xC004F074: no host answered${isSupported ? ", and a request or a port test bears that out" : ". Why not is in field 1 of 12288"}.`,
      about:
        "The licensing service reports a host that it could not reach by several codes, after the way by which the failure came up. 0xC0020017 and 0x8007139F in event 8198 are of this family, and are looked for in vain under their own meaning. They are envelopes, as 0xC004F074 is.",
      remedy: {
        steps: () => [
          "Treat it as 0xC004F074: read field 1 of the newest 12288.",
          "Check the SRV record as this client sees it, and TCP 1688 to the host that it names.",
          "When both are good, restart the licensing service of the client.",
        ],
        cost: "",
        undo: () => "Nothing is changed by looking.",
        verify: () => "`slmgr /ato` succeeds, and no new 8198 follows.",
      },
    },
    ja: {
      title: "コードは 0xC004F074 ではありませんが、ホストに接続できていません",
      why: ({ clients, code, failures, isSupported }) =>
        `${list(clients)} の${failures > 1 ? ` ${failures} 件の` : ""}イベントに ${code} が記録されています。これは 0xC004F074 と同じく、どのホストも応答しなかったことを意味します${isSupported ? "。要求またはポートのテストもそれを裏付けています" : "。理由は 12288 の 1 番目の値にあります"}。`,
      about:
        "ライセンス サービスは、ホストに到達できなかったことを、失敗が生じた処理によって異なるコードで報告します。イベント 8198 の 0xC0020017 と 0x8007139F もその 1 つで、コード本来の意味を調べても原因には行き着きません。0xC004F074 と同様に、本当の理由は別にあります。",
      remedy: {
        steps: () => [
          "0xC004F074 と同じように扱い、最新の 12288 の 1 番目の値を確認します。",
          "このクライアントから見た SRV レコードと、それが指すホストの TCP 1688 を確認します。",
          "どちらも正常なら、クライアントのライセンス サービスを再起動します。",
        ],
        cost: "",
        undo: () => "調べるだけなので、元に戻すものはありません。",
        verify: () => "`slmgr /ato` が成功し、新しい 8198 が続かないことを確認します。",
      },
    },
  },
  commands: flavourCommands,
});

function judgeFlavour(the: Case, isIt: (code: number) => boolean): Judgement<Facts> {
  const found = the.clients
    .filter((client) => mayAsk(client) && isHurt(client))
    .flatMap((client) => {
      const places = placesOf(client, isIt);
      return places.length === 0 ? [] : [{ client, places }];
    });
  const [first] = found;
  if (first === undefined) {
    const [logged, ...others] = loggedAlone(the, isIt);
    if (logged !== undefined) {
      const all = [logged, ...others];
      const names = [...new Set(all.map((event) => labelOf(the, event)))];
      return seen({
        verdict: "possible",
        severity: "warning",
        facts: {
          clients: names,
          code: hresult(logged.codes[0] ?? 0),
          failures: all.length,
          isSupported: false,
        },
        evidence: quotes(...all.slice(-3).map(({ at }) => at)),
        affects: names,
        wants: ["client-dlv", "client-events", "srv", "port-test"],
      });
    }
    const quiet = the.clients.find(({ failure, lastSuccess }) => failure === undefined && lastSuccess);
    return quiet?.lastSuccess === undefined
      ? notEvaluated("client-events")
      : ruledOut(
          `${quiet.label} was activated and has no failure since.`,
          `${quiet.label} は認証に成功しており、その後の失敗はありません。`,
          quiet.lastSuccess.at,
        );
  }
  const labels = [...new Set(found.map(({ client }) => client.label))];
  const hurt = found.filter(({ client }) => client.state === "notActivated");
  const isSupported =
    found.some(({ client }) =>
      client.failing.some(({ host, code }) => host !== "" && NO_CONTACT.has(code)),
    ) || unreachedIn(the).some(({ probes }) => probes.length > 0);
  const verdict: Verdict = isSupported && hurt.length > 0 ? "likely" : "possible";
  const code = codesOf(first.client).find(({ value }) => isIt(value))?.value ?? 0;
  return seen({
    verdict,
    severity: hurt.length > 0 ? "error" : "warning",
    facts: {
      clients: labels,
      code: hresult(code),
      failures: found.reduce((sum, { places }) => sum + places.length, 0),
      isSupported,
    },
    evidence: quotes(...found.flatMap(({ places }) => places.slice(-3).reverse())),
    affects: hurt.map(({ client }) => client.label),
    wants: ["client-events", "srv", "port-test"],
  });
}

/** Failures in the log of a machine of which nothing else tells, so that no product of it is known. */
function loggedAlone(the: Case, isIt: (code: number) => boolean): LogEvent[] {
  const known = new Set(the.clients.flatMap(({ machine, label }) => [label, machine?.label ?? label]));
  return the.evidence.events.filter(
    (event) =>
      (event.id === 8196 || event.id === 8198) &&
      event.codes[0] !== undefined &&
      isIt(event.codes[0]) &&
      !known.has(labelOf(the, event)),
  );
}

function labelOf({ evidence }: Case, { computer, origin, at }: LogEvent): string {
  return (evidence.machineNamed(computer) ?? evidence.machineOf(origin))?.label ?? (computer || at.file);
}

/** Codes of the failures that no success followed, oldest first. */
function codesOf({ events, failing, failure, lastSuccess }: Client): { value: number; at: Place }[] {
  const since = lastSuccess?.time ?? Number.NEGATIVE_INFINITY;
  return [
    ...events
      .filter(({ id, time }) => (id === 8196 || id === 8198) && !(time <= since))
      .flatMap(({ codes, at }) => codes.slice(0, 1).map((value) => ({ value, at }))),
    ...failing.map(({ code, at }) => ({ value: code, at })),
    ...(failure === undefined ? [] : [{ value: failure.code, at: failure.at }]),
  ];
}

function placesOf(client: Client, isIt: (code: number) => boolean): Place[] {
  const found = codesOf(client).filter(({ value }) => isIt(value));
  return quotesOnce(found.map(({ at }) => at));
}

function quotesOnce(places: readonly Place[]): Place[] {
  const keys = new Set<string>();
  return places.filter(({ file, line, record }) => {
    const key = `${file}:${line}:${record}`;
    return !keys.has(key) && keys.add(key);
  });
}

function flavourCommands(): readonly string[] {
  return [
    "Resolve-DnsName -Type SRV _vlmcs._tcp",
    "Test-NetConnection HOST -Port 1688",
    `Get-WinEvent -FilterHashtable @{LogName="Application";ProviderName="Microsoft-Windows-Security-SPP";Id=12288} -MaxEvents 3 | Format-List`,
    "cscript //nologo slmgr.vbs /ato",
  ];
}
