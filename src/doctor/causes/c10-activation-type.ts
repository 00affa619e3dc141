import type { Case } from "../case/case.ts";
import { type Client, KMS_CLIENT } from "../case/client.ts";
import { isOf } from "../case/discovery.ts";
import { commandErrors, eventsOf, labelsOf, witnessOf } from "../case/told.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import type { Fact } from "../evidence/place.ts";
import { hresult, list } from "../words.ts";

const TYPES: readonly string[] = ["All", "AD", "KMS", "Token"];
const VALUE = "vlactivationtype";

/**
 * The signs: the client is told to use Active Directory or tokens only (`/act-type 1` or `3`) and is not activated. `All`
 * and `KMS` let it ask a host.
 */
export const activationType = defineCause({
  id: "C10",
  name: "activation-type-restricted",
  link: "client",
  owner: "client",
  systems: ["kms", "muster"],
  links: ["https://learn.microsoft.com/windows-server/get-started/activation-slmgr-vbs-options"],
  explains: ["C28", "C11", "C22"],
  lookalikes: [
    {
      id: "D01",
      test: {
        en: "Is there a 12288? A client that may not ask a host sends none; one that finds no host logs one with a code of DNS.",
        ja: "12288 の有無を確認します。ホストへの要求を禁じられたクライアントは送りません。ホストが見つからないだけなら DNS のコードが記録されます。",
      },
    },
    {
      id: "C11",
      test: {
        en: "If Active Directory is meant to activate it, look for the activation object in the forest first.",
        ja: "Active Directory で認証する方針であれば、まずフォレストのアクティブ化オブジェクトを確認します。",
      },
    },
  ],

  judge(the) {
    const told = the.clients
      .filter(({ channel }) => channel === KMS_CLIENT || channel === "")
      .flatMap((client) => {
        const type = typeOf(the, client);
        return type === undefined ? [] : [{ client, label: client.label, type }];
      });
    const restricted = told.filter(
      ({ client, type }) => (type.value === 1 || type.value === 3) && !isServed(client),
    );
    const [first] = restricted;
    if (first === undefined) {
      const shown = witnessOf(the, (client) => told.some((each) => each.client === client));
      const free = told.find(({ client }) => client === shown);
      return free === undefined
        ? notEvaluated("client-dlv", "registry")
        : ruledOut(
            `The activation type of ${free.label} is ${TYPES[free.type.value]}.`,
            `${free.label} のライセンス認証の種類は ${TYPES[free.type.value]} です。`,
            free.type.at,
          );
    }
    const hurt = restricted.filter(({ client }) => client.state === "notActivated");
    // A request that was sent all the same shows that the setting is newer than the failure, or does not count.
    const isAlone = hurt.some(({ client }) => client.failing.length === 0);
    return seen({
      verdict: hurt.length === 0 ? "possible" : isAlone ? "confirmed" : "likely",
      severity: hurt.length > 0 ? "error" : "warning",
      facts: { machines: labelsOf(hurt.length > 0 ? hurt : restricted), type: TYPES[first.type.value] ?? "" },
      evidence: [
        ...restricted.map(({ type }) => type.at),
        ...restricted.flatMap(({ client }) => [client.report?.status?.at, client.failure?.at]),
      ]
        .filter((place) => place !== undefined)
        .slice(0, 8),
      affects: labelsOf(hurt),
      wants: isAlone ? [] : ["client-events"],
    });
  },

  words: {
    en: {
      title: "The client is restricted to a kind of activation that does not ask a host",
      why: ({ machines, type }) =>
        `${list(machines)}: the configured activation type is ${type}, so no host is asked.`,
      about:
        "By default a client tries Active Directory first and then a host. `/act-type` or a policy can restrict it to one of them. Restricted to Active Directory in a forest without an activation object, it stays unactivated while hosts and DNS are in order.",
      remedy: {
        steps: (_, system) =>
          system === "muster"
            ? ["Clear the setting: a Muster client is activated by a host only.", "Activate: `muster ato`."]
            : [
                "Find out who set it: a policy sets it again.",
                "Allow all kinds: `slmgr /act-type 0`.",
                "Activate: `slmgr /ato`.",
              ],
        cost: "",
        undo: ({ type }) => `\`slmgr /act-type ${TYPES.indexOf(type)}\``,
        verify: (_, system) =>
          system === "muster"
            ? "`muster dlv` shows License Status: Licensed."
            : "`slmgr /dlv` shows `Configured Activation Type: All` and License Status: Licensed.",
      },
    },
    ja: {
      title: "ホストに要求を送らない認証方法だけに制限されています",
      why: ({ machines, type }) =>
        `${list(machines)}: 構成されたライセンス認証の種類が ${type} のため、ホストに要求が送られません。`,
      about:
        "既定では、クライアントはまず Active Directory、次にホストで認証を試みます。`/act-type` やポリシーでどちらかに制限できます。アクティブ化オブジェクトのないフォレストで Active Directory だけに制限すると、ホストや DNS が正常でも認証されません。",
      remedy: {
        steps: (_, system) =>
          system === "muster"
            ? [
                "設定を取り消します。Muster のクライアントはホストでのみ認証されます。",
                "ライセンス認証を行います: `muster ato`。",
              ]
            : [
                "設定した人や仕組みを調べます。ポリシーであれば再び設定されます。",
                "すべての種類を許可します: `slmgr /act-type 0`。",
                "ライセンス認証を行います: `slmgr /ato`。",
              ],
        cost: "",
        undo: ({ type }) => `\`slmgr /act-type ${TYPES.indexOf(type)}\``,
        verify: (_, system) =>
          system === "muster"
            ? "`muster dlv` がライセンス済みになることを確認します。"
            : "`slmgr /dlv` の構成されたライセンス認証の種類が All になり、ライセンス済みになることを確認します。",
      },
    },
  },

  commands: (_, system) =>
    system === "muster"
      ? ["muster ato", "muster dlv"]
      : ["cscript //nologo slmgr.vbs /act-type 0", "cscript //nologo slmgr.vbs /ato"],
});

/** 12309 and 12310 of Active Directory-based activation; 12308 is written when it succeeds. */
const DIRECTORY = new Set([12308, 12309, 12310]);

/**
 * The signs: activation by Active Directory was tried and failed: its own events with a code, `/ao-list` with an error, or
 * a client that may use nothing else. A client that may also ask a host goes on to it, and has no need of the object.
 */
export const directoryActivation = defineCause({
  id: "C11",
  name: "directory-activation-missing",
  link: "client",
  owner: "licensing",
  systems: ["kms"],
  links: [
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/troubleshoot-adba-clients-not-activate",
  ],
  explains: ["C28"],
  lookalikes: [
    {
      id: "C02",
      test: {
        en: "Read the channel first: a retail key uses neither Active Directory nor a host.",
        ja: "まずチャネルを確認します。リテール キーは Active Directory もホストも使いません。",
      },
    },
    {
      id: "C10",
      test: {
        en: "`Configured Activation Type: AD` without an object in the forest: either add the object or allow all kinds.",
        ja: "「構成されたライセンス認証の種類: AD」でオブジェクトがない場合は、オブジェクトを追加するか、すべての種類を許可します。",
      },
    },
  ],

  judge(the) {
    const stuck = the.clients.filter(
      ({ state, channel }) => state === "notActivated" && channel === KMS_CLIENT,
    );
    const failed = stuck.flatMap((client) => {
      const newest = eventsOf(the, client, DIRECTORY).at(-1);
      const code = newest?.codes.find((each) => each !== 0);
      return newest === undefined || code === undefined ? [] : [{ label: client.label, code, at: newest.at }];
    });
    const listed = commandErrors(the).filter(({ option, value }) => option === "/ao-list" && value !== 0);
    const only = stuck.filter((client) => typeOf(the, client)?.value === 1);
    if (failed.length === 0 && listed.length === 0 && only.length === 0) {
      const served = the.clients.find(({ report }) => report?.activeDirectory !== undefined);
      return served?.report?.activeDirectory === undefined
        ? notEvaluated("client-dlv", "client-events")
        : ruledOut(
            `${served.label} is activated by Active Directory.`,
            `${served.label} は Active Directory によって認証されています。`,
            served.report.activeDirectory,
          );
    }
    const machines = [...new Set([...labelsOf(failed), ...labelsOf(only)])];
    return seen({
      verdict: failed.length > 0 || listed.length > 0 ? "likely" : "possible",
      severity: machines.length > 0 ? "error" : "warning",
      facts: { machines, code: hresult(failed[0]?.code ?? listed[0]?.value ?? 0) },
      evidence: [
        ...failed.map(({ at }) => at),
        ...listed.map(({ at }) => at),
        ...only.flatMap(({ report }) => report?.activationType?.at ?? []),
      ].slice(0, 8),
      affects: machines,
      wants: ["client-dlv"],
    });
  },

  words: {
    en: {
      title: "Active Directory does not activate the client",
      why: ({ machines, code }) =>
        `${machines.length === 0 ? "The forest" : list(machines)}: ${code === "0x00000000" ? "it may use Active Directory only, and is not activated" : `activation by Active Directory ended with ${code}`}.`,
      about:
        "An activation object in the forest activates domain members that have a client setup key, without a host and without a count. It has to be of the generation of the client or newer, and the client has to reach a domain controller. Where there is none, clients go on to a host, unless they are kept from it.",
      remedy: {
        steps: () => [
          "List the objects: `slmgr /ao-list` on a domain member; look for one that covers the client's version.",
          "If it is missing, create it with the host key in the Volume Activation Tools role, as Enterprise Admin.",
          "Or let the clients ask a host: `slmgr /act-type 0`.",
        ],
        cost: "Creating an object uses one activation of the host key.",
        undo: () => "`slmgr /del-ao` removes an object; machines that it activated keep their 180 days.",
        verify: () => "`slmgr /dlv` shows `AD Activation client information`, and the log a 12308.",
      },
    },
    ja: {
      title: "Active Directory によるライセンス認証ができていません",
      why: ({ machines, code }) =>
        `${machines.length === 0 ? "フォレスト" : list(machines)}: ${code === "0x00000000" ? "Active Directory による認証だけが許可されており、認証されていません" : `Active Directory によるライセンス認証が ${code} で終わりました`}。`,
      about:
        "フォレストのアクティブ化オブジェクトは、クライアント セットアップ キーの入ったドメイン メンバーを、ホストも台数も必要とせずに認証します。オブジェクトはクライアントと同じ世代以降のもので、クライアントがドメイン コントローラーに接続できる必要があります。オブジェクトがなければ、禁じられていない限りクライアントはホストに要求を送ります。",
      remedy: {
        steps: () => [
          "ドメイン メンバーで `slmgr /ao-list` を実行し、クライアントのバージョンに対応するオブジェクトがあるかを確認します。",
          "なければ、Enterprise Admins の権限で、ボリューム ライセンス認証ツールの役割からホスト キーを使って作成します。",
          "または、ホストへの要求を許可します: `slmgr /act-type 0`。",
        ],
        cost: "オブジェクトを作成すると、ホスト キーの認証回数が 1 回減ります。",
        undo: () => "`slmgr /del-ao` でオブジェクトを削除します。認証済みのマシンの 180 日は残ります。",
        verify: () =>
          "`slmgr /dlv` に AD のライセンス認証の情報が表示され、ログに 12308 が記録されることを確認します。",
      },
    },
  },

  commands: () => [
    "cscript //nologo slmgr.vbs /ao-list",
    "cscript //nologo slmgr.vbs /act-type 0",
    "cscript //nologo slmgr.vbs /ato",
  ],
});

function typeOf(the: Case, client: Client): Fact<number> | undefined {
  const told = client.report?.activationType;
  if (told !== undefined) return told;
  const set = the.evidence.registry.find(
    ({ name, key, origin }) =>
      name.toLowerCase() === VALUE && /softwareprotectionplatform/.test(key) && isOf(the, origin, client),
  );
  return set && { value: Number(set.value), at: set.at };
}

/** Whether it is activated in the way that it is restricted to. */
function isServed({ state, report }: Client): boolean {
  return state === "activated" && report?.client === undefined;
}
