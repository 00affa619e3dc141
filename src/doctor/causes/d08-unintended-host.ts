import type { Case } from "../case/case.ts";
import { failureCode } from "../case/client.ts";
import { serviceOf } from "../case/discovery.ts";
import type { Host } from "../case/host.ts";
import { COUNT_INSUFFICIENT } from "../case/population.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import type { Place } from "../evidence/place.ts";
import { list } from "../words.ts";

/**
 * The signs: more hosts in DNS than were meant: one of them is a workstation, or asked the real host as a client before,
 * or answers clients with a count that is too small. Which hosts are meant is written nowhere, so that this is `likely`
 * at best. A second host under the same key is lawful: the same last five characters alone prove nothing.
 */
export const unintendedHost = defineCause({
  id: "D08",
  name: "unintended-host-in-dns",
  link: "dns",
  owner: "host",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/windows-server/get-started/kms-replace-host",
    "https://learn.microsoft.com/windows-server/get-started/activation-troubleshoot-kms-issues",
  ],
  explains: ["H09", "H08", "H20"],
  lookalikes: [
    {
      id: "H09",
      test: {
        en: "Ask whether both hosts are meant: two intended ones that share too few machines are a split count, not an intruder.",
        ja: "両方のホストが意図したものかを確認します。意図した 2 台で台数が足りないなら、数の分散であり不要なホストではありません。",
      },
    },
    {
      id: "H20",
      test: {
        en: "Look at the channel on the surplus host: `VOLUME_KMS_…` on a machine that ought to be a client is how it came about.",
        ja: "余分なホストのチャネルを確認します。クライアントであるべきマシンの `VOLUME_KMS_…` が、その原因です。",
      },
    },
  ],

  judge(the) {
    const named = the.hosts.filter(({ targets }) => targets.length > 0);
    if (named.length === 0) return notEvaluated("srv", "host-dlv");
    if (named.length === 1) {
      const [only] = named;
      return ruledOut(
        `DNS names one host only: ${only?.label}.`,
        `DNS が指すホストは ${only?.label} だけです。`,
        only?.targets[0]?.at,
      );
    }
    const signs = named.map((host) => ({ host, ...signsOf(the, host, named) }));
    const strange = signs.filter(({ isLikely }) => isLikely);
    const odd = signs.filter(({ isOdd }) => isOdd);
    const told = strange.length > 0 ? strange : odd;
    // When every host is strange, none of them is.
    if (told.length === 0 || told.length === named.length) return notEvaluated("host-dlv", "other-hosts");
    const refused = told.flatMap(({ clients }) => clients);
    const hurt = refused.filter(({ state }) => state === "notActivated").map(({ label }) => label);
    return seen({
      verdict: strange.length > 0 ? "likely" : "possible",
      severity: hurt.length > 0 ? "error" : strange.length > 0 ? "warning" : "notice",
      facts: {
        record: serviceOf(the),
        hosts: told.map(({ host }) => host.label),
        others: named.filter((host) => !told.some((each) => each.host === host)).map(({ label }) => label),
        isWorkstation: told.some(({ isWorkstation }) => isWorkstation),
        wasClient: told.some(({ wasClient }) => wasClient),
        refused: refused.map(({ label }) => label),
      },
      evidence: told
        .flatMap(({ host, places }) => [...host.targets.map(({ at }) => at), ...places])
        .slice(0, 8),
      affects: hurt,
      wants: ["host-dlv", "other-hosts"],
    });
  },

  words: {
    en: {
      title: "DNS names a host that was probably never meant to be one",
      why: ({ hosts, others, isWorkstation, wasClient, refused }) =>
        `Beside ${list(others)}, DNS sends clients to ${list(hosts)}${isWorkstation ? ", which runs a client edition of Windows" : wasClient ? ", which is a client of the other itself" : ""}${refused.length > 0 ? `; ${list(refused)} ${refused.length > 1 ? "were" : "was"} turned away there` : ""}.`,
      about:
        "A machine becomes a host by nothing more than the host key: typed on a server in the place of the client setup key, or left in an image. It then publishes itself, clients are drawn to it by chance, and the count is shared with a host that nobody looks after. Each one also uses up an activation of the host key.",
      remedy: {
        steps: ({ hosts, record }, system) => [
          `Ask the owner of ${list(hosts)} whether it is meant to be a host. If so, there is nothing to do but to note it.`,
          system === "muster"
            ? "If not, stop the host there (`muster cdns` takes its record out of DNS first)."
            : "If not, install the client setup key of its edition there (`slmgr /ipk`) and restart its Software Protection service.",
          `Delete its record from ${record}, and leave that of the real host.`,
          "Restrict who may write the record.",
        ],
        cost: "Clients that were activated there look for another host at their next renewal; nothing is lost meanwhile.",
        undo: (_, system) =>
          system === "muster" ? "Start the host again." : "Install the host key there again.",
        verify: ({ hosts, record }, system) =>
          `\`${system === "muster" ? "dig SRV" : "nslookup -type=srv"} ${record}.YOUR.DOMAIN\` does not name ${list(hosts)} any more a day later.`,
      },
    },
    ja: {
      title: "意図していないと思われるホストが DNS に登録されています",
      why: ({ hosts, others, isWorkstation, wasClient, refused }) =>
        `DNS は ${list(others)} のほかに ${list(hosts)} も返します${isWorkstation ? "。これはクライアント版の Windows です" : wasClient ? "。これは、もう一方のホストのクライアントでもあります" : ""}${refused.length > 0 ? `。${list(refused)} はここで拒否されました` : ""}。`,
      about:
        "ホスト キーを入力するだけで、どのマシンもホストになります。サーバーでクライアント セットアップ キーの代わりに入力した、イメージに残っていた、などが原因です。そのマシンは自分を DNS に登録し、クライアントが偶然そこに問い合わせ、誰も管理していないホストと数を分け合うことになります。ホスト キーの認証回数も消費します。",
      remedy: {
        steps: ({ hosts, record }, system) => [
          `${list(hosts)} が意図したホストかどうかを管理者に確認します。意図したものなら、記録しておくだけで構いません。`,
          system === "muster"
            ? "意図していなければ、そのホストを停止します (先に `muster cdns` でレコードを DNS から外します)。"
            : "意図していなければ、そのマシンにエディションに合ったクライアント セットアップ キーを入れ (`slmgr /ipk`)、Software Protection サービスを再起動します。",
          `${record} からそのレコードを削除し、正規のホストのレコードは残します。`,
          "レコードに書き込めるアカウントを制限します。",
        ],
        cost: "そこで認証されたクライアントは、次の更新で別のホストを探します。その間に失われるものはありません。",
        undo: (_, system) =>
          system === "muster" ? "ホストを再び起動します。" : "そのマシンにホスト キーを入れ直します。",
        verify: ({ hosts, record }, system) =>
          `1 日後に \`${system === "muster" ? "dig SRV" : "nslookup -type=srv"} ${record}.YOUR.DOMAIN\` が ${list(hosts)} を返さないことを確認します。`,
      },
    },
  },

  commands: ({ record }, system) =>
    system === "muster"
      ? ["muster cdns", `dig SRV ${record}.YOUR.DOMAIN`]
      : [
          "cscript //nologo slmgr.vbs /dlv",
          "cscript //nologo slmgr.vbs /ipk YOUR-CLIENT-SETUP-KEY",
          "net stop sppsvc && net start sppsvc",
          `nslookup -type=srv ${record}.YOUR.DOMAIN`,
        ],
});

const WORKSTATION = /(professional|enterprise|education|pro)\w* edition/i;
const SERVER = /server/i;
const NOT_ACTIVATED = 0xc004f041;

function signsOf(the: Case, host: Host, named: readonly Host[]) {
  const name = host.report?.name;
  const isWorkstation =
    name !== undefined && WORKSTATION.test(name.value) && !SERVER.test(name.value) && the.system === "kms";
  const own = host.names;
  // As a client it has asked another host that DNS names, for itself.
  const asked = the.clients.find(
    ({ machine, label, askers }) =>
      the.names.same(machine?.names[0] ?? label, own) &&
      askers.some((asker) => !the.names.same(asker.host, own)),
  );
  const turnedAway = the.clients.filter(({ exchanges }) =>
    exchanges.some((each) => {
      const code = failureCode(each);
      return the.names.same(each.host, own) && (code === COUNT_INSUFFICIENT || code === NOT_ACTIVATED);
    }),
  );
  const isHelpedElsewhere = named.some((other) => other !== host && other.tries.answered > 0);
  // A name alone says little of a host that counts enough machines by itself.
  const isInUse = host.isActivated === true && (host.report?.host?.count?.value ?? 0) >= 25;
  const isOdd = !isInUse && isNamedUnlike(host, named);
  const places: Place[] = [
    ...(isWorkstation && name !== undefined ? [name.at] : []),
    ...(asked?.askers.map(({ newest }) => the.evidence.handled.place(newest)) ?? []),
    ...turnedAway.flatMap(({ exchanges }) =>
      exchanges.flatMap((each) => (the.names.same(each.host, own) ? [each.answer?.at ?? each.at] : [])),
    ),
    ...(host.report?.host?.count === undefined ? [] : [host.report.host.count.at]),
  ];
  const wasClient = asked !== undefined;
  const turns = turnedAway.length > 0 && isHelpedElsewhere;
  return {
    isWorkstation,
    wasClient,
    clients: turnedAway,
    places,
    isOdd,
    isLikely: isWorkstation || (wasClient && (isOdd || turns)) || (isOdd && turns),
  };
}

const CALLED_HOST = /kms|muster|licen[cs]e|activ|volact/i;

/** The others are called what hosts are called, and this one is not. */
function isNamedUnlike(host: Host, named: readonly Host[]): boolean {
  const others = named.filter((other) => other !== host);
  return !CALLED_HOST.test(host.label) && others.every(({ label }) => CALLED_HOST.test(label));
}
