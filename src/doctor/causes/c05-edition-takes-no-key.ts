import type { Case } from "../case/case.ts";
import type { Client } from "../case/client.ts";
import { editionOf, isConsumerEdition, isEvaluation, isMultiSession } from "../case/edition.ts";
import { activeBeside } from "../case/key.ts";
import { labelsOf, witnessOf } from "../case/told.ts";
import { isProvidersHost } from "../case/unreachable.ts";
import { defineCause, type Judgement, notEvaluated, ruledOut, seen } from "../cause.ts";
import type { Place } from "../evidence/place.ts";
import { hresult, list } from "../words.ts";
import { refusedKeys } from "./c04-key-of-another-edition.ts";

interface Facts {
  readonly machines: readonly string[];
  readonly edition: string;
  /** What a key was refused with. */
  readonly code: string;
  readonly activated: boolean;
}

const EDITION = "DISM /Online /Get-CurrentEdition";

/** The signs: EVAL in the channel or at the end of the edition's name. */
export const evaluation = defineCause<Facts>({
  id: "C05",
  name: "evaluation-edition",
  link: "client",
  owner: "imaging",
  systems: ["kms"],
  links: ["https://learn.microsoft.com/windows-server/get-started/upgrade-conversion-options"],
  explains: ["C28", "C04", "C02", "C03"],
  lookalikes: [
    {
      id: "C04",
      test: {
        en: "Read the edition: without Eval in its name, a refused key is of another edition.",
        ja: "エディション名に Eval がなければ、拒否されたキーは別のエディションのものです。",
      },
    },
    {
      id: "C23",
      test: {
        en: "Is another Windows product activated on the same machine? Then the evaluation is a leftover of the conversion.",
        ja: "同じマシンで別の Windows 製品が認証されていれば、評価版の項目は変換前の名残です。",
      },
    },
  ],

  judge(the) {
    return judgeEdition(the, (client, edition) => {
      const isOne = client.channel.startsWith("TIMEBASED_EVAL") || isEvaluation(edition);
      if (!isOne || activeBeside(the, client) !== undefined) return undefined;
      const isHurt = client.state !== "activated" || wasRefused(the, client);
      // Nobody has asked for more than the evaluation gives.
      return isHurt ? { verdict: "confirmed", severity: "error" } : { verdict: "benign", severity: "notice" };
    });
  },

  words: {
    en: {
      title: "An evaluation edition is installed, which takes no setup key",
      why: ({ machines, edition, code, activated }) =>
        `${list(machines)}: installed is ${edition}${code === "" ? "" : `, and a key was refused with ${code}`}. ${activated && code === "" ? "It runs until the evaluation ends; no host can activate it." : "No host can activate an evaluation."}`,
      about:
        "Evaluation media hold editions of their own (ServerStandardEval). They run for 180 days without a key, refuse the setup keys of the full editions, and shut the machine down every hour once the time is over. The conversion is a change of the edition, not of the key alone.",
      remedy: {
        steps: () => [
          "Ask which editions it can be converted to: `DISM /Online /Get-TargetEditions`.",
          "Convert it, with the setup key of that edition, and restart.",
          "A domain controller cannot be converted: build another one, move the roles, and demote this one.",
          "Activate, and take full media for the next installations.",
        ],
        cost: "The conversion takes up to two restarts, and cannot be taken back.",
        undo: () => "A converted edition does not go back: take a backup before.",
        verify: () =>
          "`DISM /Online /Get-CurrentEdition` shows the edition without Eval, and `slmgr /ato` succeeds.",
      },
    },
    ja: {
      title: "評価版がインストールされており、セットアップ キーを受け付けません",
      why: ({ machines, edition, code, activated }) =>
        `${list(machines)}: インストールされているのは ${edition} です${code === "" ? "" : `。キーは ${code} で拒否されました`}。${activated && code === "" ? "評価期間が終わるまで動作しますが、" : ""}評価版はどのホストでも認証できません。`,
      about:
        "評価版のメディアには専用のエディション (ServerStandardEval など) が入っています。キーなしで 180 日間使えますが、製品版のセットアップ キーは受け付けず、期限を過ぎると 1 時間ごとにシャットダウンします。キーを入れ替えるだけでなく、エディションの変換が必要です。",
      remedy: {
        steps: () => [
          "`DISM /Online /Get-TargetEditions` で変換先のエディションを確認します。",
          "そのエディションのセットアップ キーを指定して変換し、再起動します。",
          "ドメイン コントローラーは変換できません。別のサーバーを用意して役割を移し、降格してから変換します。",
          "ライセンス認証を行い、以後のインストールには製品版のメディアを使います。",
        ],
        cost: "変換では最大 2 回再起動し、元には戻せません。",
        undo: () => "変換は取り消せません。事前にバックアップを取ります。",
        verify: () =>
          "`DISM /Online /Get-CurrentEdition` に Eval の付かないエディションが表示され、`slmgr /ato` が成功することを確認します。",
      },
    },
  },

  commands: () => [
    EDITION,
    "DISM /Online /Get-TargetEditions",
    "DISM /Online /Set-Edition:ServerStandard /ProductKey:XXXXX-XXXXX-XXXXX-XXXXX-XXXXX /AcceptEula",
    "cscript //nologo slmgr.vbs /ato",
  ],
});

/** The signs: an edition for consumers that is not activated or refuses setup keys. */
export const consumerEdition = defineCause<Facts>({
  id: "C06",
  name: "edition-without-volume-licensing",
  link: "client",
  owner: "licensing",
  systems: ["kms"],
  links: ["https://learn.microsoft.com/windows-server/get-started/activation-troubleshoot-kms-general"],
  explains: ["C28", "C04", "C02", "C03"],
  lookalikes: [
    {
      id: "C02",
      test: {
        en: "Read the edition: Pro with a retail key only needs another key, Home needs another edition.",
        ja: "エディションを確認します。リテール キーの Pro ならキーの入れ替えで済みますが、Home はエディションの変更が必要です。",
      },
    },
  ],

  judge(the) {
    return judgeEdition(the, (client, edition) => {
      if (!isConsumerEdition(edition)) return undefined;
      const isHurt = client.state === "notActivated" || wasRefused(the, client);
      return isHurt ? { verdict: "confirmed", severity: "error" } : undefined;
    });
  },

  words: {
    en: {
      title: "The edition has no volume licence and cannot be activated by a host",
      why: ({ machines, edition, code }) =>
        `${list(machines)}: installed is ${edition}, an edition without volume licences${code === "" ? "" : `; a key was refused with ${code}`}.`,
      about:
        "Only the editions for organisations have setup keys that make them ask a host: Pro, Education, Enterprise and the servers. Home and its kin came with the machine, are activated with Microsoft, and refuse a setup key.",
      remedy: {
        steps: () => [
          "If the machine belongs to the organisation: change the edition to Pro with a key that you are entitled to, then to Enterprise.",
          "If it does not: activate it with its own retail or OEM licence.",
          "Order machines with Pro, which a volume licence is an upgrade of.",
        ],
        cost: "The change of edition needs a licence and a restart.",
        undo: () => "The former edition comes back only with a new installation.",
        verify: () => "`slmgr /dlv` shows the new edition and VOLUME_KMSCLIENT, and `slmgr /ato` succeeds.",
      },
    },
    ja: {
      title: "ボリューム ライセンスのないエディションで、ホストでは認証できません",
      why: ({ machines, edition, code }) =>
        `${list(machines)}: インストールされているのは ${edition} で、ボリューム ライセンスのないエディションです${code === "" ? "" : `。キーは ${code} で拒否されました`}。`,
      about:
        "ホストに要求を送るためのセットアップ キーがあるのは、Pro、Education、Enterprise とサーバーなど、組織向けのエディションだけです。Home などはマシンに付属するライセンスで Microsoft に対して認証し、セットアップ キーは受け付けません。",
      remedy: {
        steps: () => [
          "組織のマシンであれば、使用権のあるキーで Pro に変更し、その後 Enterprise に変更します。",
          "組織のマシンでなければ、付属のリテールまたは OEM のライセンスで認証します。",
          "今後は、ボリューム ライセンスのアップグレード元になる Pro のマシンを調達します。",
        ],
        cost: "エディションの変更にはライセンスと再起動が必要です。",
        undo: () => "以前のエディションに戻すには再インストールが必要です。",
        verify: () =>
          "`slmgr /dlv` に新しいエディションと VOLUME_KMSCLIENT が表示され、`slmgr /ato` が成功することを確認します。",
      },
    },
  },

  commands: () => [
    EDITION,
    "changepk.exe /ProductKey XXXXX-XXXXX-XXXXX-XXXXX-XXXXX",
    "cscript //nologo slmgr.vbs /ato",
  ],
});

/** The signs: ServerRdsh in the edition's name, on a machine that is not activated. */
export const multiSession = defineCause<Facts>({
  id: "C07",
  name: "windows-multi-session",
  link: "client",
  owner: "cloud",
  systems: ["kms"],
  links: [
    "https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/windows-vm-activation-error-0xc004f074",
    "https://learn.microsoft.com/azure/virtual-desktop/windows-multisession-faq",
  ],
  explains: ["C04", "C28"],
  lookalikes: [
    {
      id: "A01",
      test: {
        en: "Read field 1 of 12288: when the request to azkms finds no host, the way there is the fault, not the edition.",
        ja: "12288 の 1 番目の値を確認します。azkms への要求が届かないのであれば、エディションではなく経路の問題です。",
      },
    },
  ],

  judge(the) {
    return judgeEdition(the, (client, edition) => {
      if (!isMultiSession(edition) || client.state === "activated") return undefined;
      const asked = client.exchanges.at(-1)?.host ?? "";
      if (wasRefused(the, client)) return { verdict: "confirmed", severity: "error" };
      // Only Azure's own host activates it.
      const isElsewhere = asked !== "" && !isProvidersHost(asked);
      return { verdict: isElsewhere ? "likely" : "possible", severity: "error" };
    });
  },

  words: {
    en: {
      title: "Windows multi-session is not activated, and its key must not be replaced",
      why: ({ machines, edition, code }) =>
        `${list(machines)}: installed is ${edition}, the multi-session edition of Azure Virtual Desktop${code === "" ? "" : `; a key was refused with ${code}`}.`,
      about:
        "The multi-session edition is licensed for Azure only, and only Azure's own host activates it. Its key is not the one of Enterprise. Replacing it turns the machine into another edition, from which there is no way back: it has to be deployed anew.",
      remedy: {
        steps: () => [
          "Leave the key as it is.",
          "Let the machine ask Azure's host (azkms.core.windows.net:1688), and open the way to it.",
          "If the key was replaced already, deploy the machine anew from the multi-session image.",
        ],
        cost: "A new deployment, where the key was replaced.",
        undo: () => "A change of the host's name is taken back with `slmgr /ckms`.",
        verify: () => "`slmgr /dlv` shows ServerRdsh and License Status: Licensed; the watermark goes.",
      },
    },
    ja: {
      title: "Windows マルチセッションが認証されていません。キーは入れ替えないでください",
      why: ({ machines, edition, code }) =>
        `${list(machines)}: インストールされているのは ${edition} (Azure Virtual Desktop 用のマルチセッション エディション) です${code === "" ? "" : `。キーは ${code} で拒否されました`}。`,
      about:
        "マルチセッション エディションは Azure でのみ使用が許可され、認証できるのも Azure のホストだけです。キーは Enterprise のものとは異なります。入れ替えると別のエディションになり、元には戻せないため、デプロイし直すことになります。",
      remedy: {
        steps: () => [
          "キーはそのままにします。",
          "Azure のホスト (azkms.core.windows.net:1688) に要求を送るようにし、その経路を開きます。",
          "すでにキーを入れ替えた場合は、マルチセッションのイメージからデプロイし直します。",
        ],
        cost: "キーを入れ替えてしまった場合は、再デプロイが必要です。",
        undo: () => "ホスト名の指定は `slmgr /ckms` で取り消せます。",
        verify: () =>
          "`slmgr /dlv` に ServerRdsh とライセンス済みが表示され、透かしが消えることを確認します。",
      },
    },
  },

  commands: () => [
    EDITION,
    "Test-NetConnection azkms.core.windows.net -Port 1688",
    "cscript //nologo slmgr.vbs /skms azkms.core.windows.net:1688",
    "cscript //nologo slmgr.vbs /ato",
  ],
});

type Standing = Pick<Extract<Judgement<Facts>, { kind: "seen" }>["sighting"], "verdict" | "severity">;

function judgeEdition(
  the: Case,
  isOne: (client: Client, edition: string) => Standing | undefined,
): Judgement<Facts> {
  const known = the.clients.flatMap((client) => {
    if (client.info?.family === "office") return [];
    const edition = editionOf(the, client);
    const name = edition?.name ?? (client.channel.startsWith("TIMEBASED_EVAL") ? client.channel : "");
    return name === "" ? [] : [{ client, label: client.label, name, at: edition?.at }];
  });
  const found = known.flatMap((each) => {
    const standing = isOne(each.client, each.name);
    return standing === undefined ? [] : [{ ...each, standing }];
  });
  const [first] = found;
  if (first === undefined) {
    const shown = witnessOf(the, (client) => known.some((each) => each.client === client));
    const other = known.find(({ client }) => client === shown);
    return other === undefined
      ? notEvaluated("client-dlv", "edition")
      : ruledOut(`${other.label} runs ${other.name}.`, `${other.label} は ${other.name} です。`, other.at);
  }
  const codes = refusedKeys(the).filter(({ client }) => found.some((each) => each.client === client));
  const places: (Place | undefined)[] = [
    ...found.flatMap(({ client, at }) => [at, client.report?.channel?.at]),
    ...codes.map(({ at }) => at),
    ...found.map(({ client }) => client.report?.status?.at),
  ];
  return seen({
    ...first.standing,
    facts: {
      machines: labelsOf(found),
      edition: first.name,
      code: codes[0] === undefined ? "" : hresult(codes[0].value),
      activated: found.every(({ client }) => client.state === "activated"),
    },
    evidence: places.filter((place) => place !== undefined).slice(0, 8),
    affects: first.standing.severity === "notice" ? [] : labelsOf(found),
  });
}

function wasRefused(the: Case, client: Client): boolean {
  return refusedKeys(the).some((told) => told.client === client);
}
