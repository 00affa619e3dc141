import type { Case } from "../case/case.ts";
import { figuresOf } from "../case/counting.ts";
import type { Host } from "../case/host.ts";
import { keyOf, keyReportOf, turnedAway } from "../case/host-key.ts";
import { quotes } from "../case/places.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { list } from "../words.ts";

/** The vendor allows one key on so many hosts. */
const HOSTS_OF_A_KEY = 6;
const LIMIT = 0xc004c008;

/**
 * The signs: a machine that holds a host key and is no host: a client edition of Windows under a key for servers, a
 * machine that asked the real host before, or more machines with one key than it may have hosts. A second host under
 * the same key is lawful.
 */
export const hostKeyOnClient = defineCause({
  id: "H20",
  name: "host-key-on-client",
  link: "client",
  owner: "client",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/windows-server/get-started/activation-troubleshoot-kms-issues",
    "https://learn.microsoft.com/windows-server/get-started/kms-client-activation-keys",
  ],
  explains: ["H03", "H01", "H09"],
  lookalikes: [
    {
      id: "D08",
      test: {
        en: "When the machine stands in the SRV record, clients are drawn to it: that is D08, and this is how it came about.",
        ja: "そのマシンが SRV レコードにあれば、クライアントが引き寄せられます。それは D08 で、この誤りがその原因です。",
      },
    },
    {
      id: "H01",
      test: {
        en: "Ask whether the machine is meant to be a host: then its key only has to be activated.",
        ja: "そのマシンがホストにする予定のものかを確認します。そうであれば、キーを認証するだけです。",
      },
    },
  ],

  judge(the) {
    const holders = the.hosts.filter((host) => keyReportOf(host) !== undefined);
    if (holders.length === 0) return notEvaluated("client-dlv");
    const odd = holders
      .map((host) => ({ host, ...signsOf(the, host, holders) }))
      .filter(({ isOdd }) => isOdd);
    const [first] = odd;
    if (first === undefined) {
      const isServing = (host: Host) => (figuresOf(host, "Windows")?.host.count?.value ?? 0) > 0;
      const served = holders.find(isServing);
      const channel = served && keyReportOf(served)?.channel;
      return served === undefined || !holders.every(isServing)
        ? notEvaluated("client-dlv", "host-log")
        : ruledOut(
            `${served.label} holds a host key and is asked as a host.`,
            `${served.label} はホスト キーを持ち、ホストとして使われています。`,
            channel?.at,
          );
    }
    const labels = odd.map(({ host }) => host.label);
    return seen({
      verdict: odd.some(({ isIdle, ...signs }) => signs.isWorkstation || signs.wasClient || !isIdle)
        ? "likely"
        : "possible",
      severity: odd.every(({ host }) => host.isActivated) ? "warning" : "error",
      facts: {
        machines: labels,
        key: keyReportOf(first.host)?.channel?.value ?? "",
        isWorkstation: odd.some(({ isWorkstation }) => isWorkstation),
        wasClient: odd.some(({ wasClient }) => wasClient),
        isIdle: odd.some(({ isIdle }) => isIdle),
      },
      evidence: quotes(
        ...odd
          .slice(0, 3)
          .flatMap(({ host, places }) => [
            keyReportOf(host)?.channel?.at,
            keyReportOf(host)?.name?.at,
            ...places,
          ]),
      ),
      affects: labels,
      wants: ["other-hosts"],
    });
  },

  words: {
    en: {
      title: "A machine that ought to be a client holds a host key",
      why: ({ machines, key, isWorkstation, wasClient, isIdle }) =>
        `${list(machines)} ${machines.length === 1 ? "holds" : "hold"} a host key (${key})${isWorkstation ? " on a client edition of Windows" : wasClient ? " and asked the host as a client before" : isIdle ? ", is not activated by it, and serves nobody: unless it is to become a host" : ""}: a client needs the public client setup key of its edition.`,
      about:
        "The key from the licensing portal is the host's. Typed into a client, it makes that machine a host of its own: it publishes itself, draws clients to it that it cannot serve, and uses up one of the key's activations. Clients hold the setup key that Microsoft publishes for their edition.",
      remedy: {
        steps: ({ machines }, system) => [
          `On ${list(machines)}, install the client setup key of its edition (\`${system === "muster" ? "muster ipk" : "slmgr /ipk"}\`), which replaces the host key.`,
          "Restart it, or its licensing service.",
          "Delete the SRV record that it may have published.",
          "Look where the key came from, an image or a script, and change it there.",
        ],
        cost: "Until it has asked the host, the machine is not activated.",
        undo: () => "Install the host key again.",
        verify: (_, system) =>
          `\`${system === "muster" ? "muster dlv" : "slmgr /dlv"}\` shows VOLUME_KMSCLIENT and, after /ato, Licensed.`,
      },
    },
    ja: {
      title: "クライアントであるはずのマシンにホスト キーが入っています",
      why: ({ machines, key, isWorkstation, wasClient, isIdle }) =>
        `${list(machines)} にホスト キー (${key}) が入っています${isWorkstation ? "。これはクライアント版の Windows です" : wasClient ? "。以前はクライアントとしてホストに問い合わせていました" : isIdle ? "。ライセンス認証されておらず、どのクライアントにも応答していません。ホストにする予定がなければ、誤って入れたキーです" : ""}。クライアントには、エディションごとに公開されているクライアント セットアップ キーが必要です。`,
      about:
        "ライセンスのポータルにあるキーはホスト用です。クライアントに入力すると、そのマシン自身がホストになり、DNS に登録し、処理できないクライアントを引き寄せ、キーの認証回数も消費します。クライアントには、Microsoft がエディションごとに公開しているセットアップ キーを使います。",
      remedy: {
        steps: ({ machines }, system) => [
          `${list(machines)} に、エディションに合ったクライアント セットアップ キーを入れます (\`${system === "muster" ? "muster ipk" : "slmgr /ipk"}\`)。ホスト キーは置き換えられます。`,
          "マシンまたはライセンス サービスを再起動します。",
          "そのマシンが登録した SRV レコードがあれば削除します。",
          "イメージやスクリプトなど、キーの出所を調べて修正します。",
        ],
        cost: "ホストに問い合わせるまで、そのマシンは認証されていない状態になります。",
        undo: () => "ホスト キーを入れ直します。",
        verify: (_, system) =>
          `\`${system === "muster" ? "muster dlv" : "slmgr /dlv"}\` に VOLUME_KMSCLIENT と表示され、/ato の後に「ライセンス済み」になることを確認します。`,
      },
    },
  },

  commands: (_, system) =>
    system === "muster"
      ? ["muster ipk YOUR-CLIENT-SETUP-KEY", "muster ato"]
      : [
          "cscript //nologo slmgr.vbs /dlv",
          "cscript //nologo slmgr.vbs /ipk YOUR-CLIENT-SETUP-KEY",
          "net stop sppsvc && net start sppsvc",
          "cscript //nologo slmgr.vbs /ato",
        ],
});

const WORKSTATION = /(professional|enterprise|education|pro)\w* edition/i;

function signsOf(the: Case, host: Host, holders: readonly Host[]) {
  const report = keyReportOf(host);
  const own = host.names;
  const name = report?.name?.value ?? "";
  const isBusy = (figuresOf(host, "Windows")?.host.count?.value ?? 0) > 0 || host.tries.answered > 0;
  const isClientEdition = the.system === "kms" && WORKSTATION.test(name) && !/server/i.test(name);
  const isIdle = isIdleHolder(the, host) && (isClientEdition || isApart(the, host));
  const isWorkstation = isClientEdition && (keyOf(host)?.value.servers === true || isIdle);
  const asked = the.clients.find(
    ({ machine, label, askers }) =>
      own.length > 0 &&
      the.names.same(machine?.names[0] ?? label, own) &&
      askers.some((asker) => !the.names.same(asker.host, own)),
  );
  const key = report?.partialKey?.value ?? "";
  const sharing = holders.filter((each) => key !== "" && keyReportOf(each)?.partialKey?.value === key);
  const isTooMany = sharing.length > HOSTS_OF_A_KEY && !isBusy;
  const refused = the.evidence.attempts.find(
    ({ code, origin }) => code?.value === LIMIT && the.evidence.machineOf(origin)?.label === host.label,
  );
  const wasClient = asked !== undefined && !isBusy && (host.targets.length === 0 || refused !== undefined);
  return {
    isOdd: isWorkstation || wasClient || isTooMany || isIdle,
    isIdle: isIdle && !isTooMany,
    isWorkstation,
    wasClient,
    places: [
      ...(asked?.askers.slice(0, 1).map(({ newest }) => the.evidence.handled.place(newest)) ?? []),
      ...(refused?.code === undefined ? [] : [refused.code.at]),
    ],
  };
}

/** Whether a machine with a host key is not activated by it, has served nobody, and nobody is sent to it. */
function isIdleHolder(the: Case, host: Host): boolean {
  const report = keyReportOf(host);
  const isUnlicensed = report?.status !== undefined && report.status.value !== 1;
  const hasServed = host.reports.some(
    ({ host: own }) => (own?.count?.value ?? 0) > 0 || (own?.total?.value ?? 0) > 0,
  );
  const isSought = host.targets.length > 0 || host.tries.answered + host.tries.failed > 0;
  return isUnlicensed && !hasServed && !isSought && turnedAway(the, host).length === 0;
}

/** Whether others do the work of a host, or the machine itself does not say that it is one. */
function isApart(the: Case, host: Host): boolean {
  const others = the.hosts.some(
    (other) => other !== host && (other.isActivated === true || other.targets.length > 0),
  );
  return others || host.reports.every((report) => report.host === undefined && !report.cutOff);
}
