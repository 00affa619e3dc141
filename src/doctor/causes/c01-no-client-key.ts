import type { Case } from "../case/case.ts";
import { KMS_CLIENT } from "../case/client.ts";
import { activeBeside, heldKeyOf } from "../case/key.ts";
import { labelsOf, witnessOf } from "../case/told.ts";
import { defineCause, type Judgement, notEvaluated, ruledOut, seen } from "../cause.ts";
import { hresult, list } from "../words.ts";

interface Facts {
  readonly machines: readonly string[];
  readonly channel: string;
  readonly lastFive: string;
  /** What the machine reported instead of that it has the wrong key. */
  readonly code: string;
  readonly activated: boolean;
}

const ACTIVATION_KEYS = "https://learn.microsoft.com/windows-server/get-started/kms-client-activation-keys";

/**
 * The signs: the channel of the key. A machine with a MAK never asks a host: its log has no 12288, and its errors are those
 * of the way to Microsoft.
 */
export const makInstalled = defineCause<Facts>({
  id: "C01",
  name: "mak-installed",
  link: "client",
  owner: "licensing",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/windows-server/get-started/activation-troubleshoot-kms-general",
    ACTIVATION_KEYS,
  ],
  explains: ["C28", "C16", "N13", "H08"],
  lookalikes: [
    {
      id: "N07",
      test: {
        en: "Look for 12288: a machine with a client key that is kept from the network logs one for each try.",
        ja: "12288 を探します。クライアント キーのマシンなら、通信を遮断されていても試行のたびに記録されます。",
      },
    },
  ],

  judge: (the) => judgeKey(the, (channel) => channel.includes("MAK")),

  words: {
    en: {
      title: "The machine holds a multiple activation key (MAK) and never asks a host",
      why: ({ machines, channel, lastFive, code, activated }) =>
        `${list(machines)}: the channel is ${channel} (key ending in ${lastFive}), so ${activated ? "it was activated by the vendor once and needs no host" : `it turns to the vendor over the internet and never to a host${code === "" ? "" : `; ${code} comes from there`}`}.`,
      about:
        "A MAK is activated once with the vendor, over the internet or by phone. It is right for a machine that is rarely in the network. Where machines are to be activated by a host, it has got there by hand or by an image, and the machine is not counted by the host either.",
      remedy: {
        steps: (_, system) => [
          system === "muster"
            ? "Install the product's setup key in its place: `muster ipk`."
            : "Install the client setup key (GVLK) of the edition in its place with `slmgr /ipk`; it replaces the MAK.",
          "Activate: the machine now asks the host.",
          "If it is to keep the MAK: activate it over the internet, through a proxy that it is told of, or by phone.",
        ],
        cost: "The activation that the MAK has used up is not given back.",
        undo: () => "Install the MAK again; it uses up another activation.",
        verify: (_, system) =>
          `${system === "muster" ? "`muster dlv`" : "`slmgr /dlv`"} shows ${KMS_CLIENT}, and the host logs a 12290 of the machine.`,
      },
    },
    ja: {
      title: "マシンにマルチ ライセンス認証キー (MAK) が入っており、ホストに要求を送りません",
      why: ({ machines, channel, lastFive, code, activated }) =>
        `${list(machines)}: チャネルは ${channel} (キーの末尾 ${lastFive}) です。${activated ? "発行元で一度認証されており、ホストは必要ありません" : `要求先はインターネット上の発行元で、ホストには送られません${code === "" ? "" : `。${code} はその通信のエラーです`}`}。`,
      about:
        "MAK は、インターネットまたは電話を使って発行元で 1 度だけ認証するキーです。ネットワークにめったに接続しないマシンには適しています。ホストで認証するはずのマシンに入っている場合は、手作業かイメージによって入ったもので、ホストの数にも含まれません。",
      remedy: {
        steps: (_, system) => [
          system === "muster"
            ? "製品のセットアップ キーに入れ替えます: `muster ipk`。"
            : "`slmgr /ipk` で、エディションに合ったクライアント セットアップ キー (GVLK) に入れ替えます。MAK は置き換えられます。",
          "ライセンス認証を行います。要求はホストに送られるようになります。",
          "MAK のままにする場合は、インターネット、プロキシ、または電話で認証します。",
        ],
        cost: "MAK で使われたライセンス認証の回数は戻りません。",
        undo: () => "MAK をもう一度入れます。ライセンス認証がさらに 1 回使われます。",
        verify: (_, system) =>
          `${system === "muster" ? "`muster dlv`" : "`slmgr /dlv`"} に ${KMS_CLIENT} と表示され、ホストにこのマシンの 12290 が記録されることを確認します。`,
      },
    },
  },

  commands: (_, system) => keyCommands(system),
});

/** The signs: RETAIL or OEM in the channel. 0x8007007B beside it looks like DNS, and is not: the record is never asked for. */
export const retailKey = defineCause<Facts>({
  id: "C02",
  name: "retail-or-oem-key",
  link: "client",
  owner: "imaging",
  systems: ["kms"],
  links: [
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/troubleshoot-adba-clients-not-activate",
    ACTIVATION_KEYS,
  ],
  explains: ["D01", "D04", "C28", "C11", "H08"],
  lookalikes: [
    {
      id: "D01",
      test: {
        en: "Read the channel before DNS: with a client key, 0x8007007B means that no record was found.",
        ja: "DNS より先にチャネルを確認します。クライアント キーの場合に限り、0x8007007B はレコードがないことを意味します。",
      },
    },
    {
      id: "C05",
      test: {
        en: "EVAL in the edition's name: an evaluation takes no client key until it is converted.",
        ja: "エディション名に EVAL があれば評価版で、変換するまでクライアント キーを受け付けません。",
      },
    },
  ],

  judge: (the) => judgeKey(the, (channel) => /^(RETAIL|OEM)/.test(channel)),

  words: {
    en: {
      title: "The machine holds a retail or OEM key and never asks a host",
      why: ({ machines, channel, lastFive, code, activated }) =>
        `${list(machines)}: the channel is ${channel} (key ending in ${lastFive}), so ${activated ? "it is activated by other means and needs no host" : `it never asks a host${code === "" ? "" : `; ${code} is what such a key reports, not a fault of the network`}`}.`,
      about:
        "Only a client setup key makes Windows ask a host. With a retail or OEM key, mostly from the wrong installation medium, the machine turns to Microsoft, and its errors (0x8007007B among them) read like faults of DNS or of the network.",
      remedy: {
        steps: () => [
          "Install the client setup key (GVLK) of the edition with `slmgr /ipk`, and activate.",
          "If the edition has none (Home), it cannot be activated by a host: change the edition or its licence.",
          "Find the medium or image that the key came with, and use volume media from now on.",
        ],
        cost: "",
        undo: () =>
          "Install the former key again; the digital licence or the firmware keeps it, slmgr shows its last five characters only.",
        verify: () => `\`slmgr /dlv\` shows ${KMS_CLIENT}, and \`slmgr /ato\` succeeds.`,
      },
    },
    ja: {
      title: "マシンにリテール キーまたは OEM キーが入っており、ホストに要求を送りません",
      why: ({ machines, channel, lastFive, code, activated }) =>
        `${list(machines)}: チャネルは ${channel} (キーの末尾 ${lastFive}) です。${activated ? "別の方法で認証されており、ホストは必要ありません" : `このキーではホストに要求が送られません${code === "" ? "" : `。${code} はこの種のキーが報告するコードで、ネットワークの障害ではありません`}`}。`,
      about:
        "Windows がホストに要求を送るのは、クライアント セットアップ キーが入っているときだけです。リテール キーや OEM キー (多くは誤ったインストール メディアによるもの) では Microsoft に接続しようとし、そのエラー (0x8007007B など) は DNS やネットワークの障害のように見えます。",
      remedy: {
        steps: () => [
          "`slmgr /ipk` でエディションに合ったクライアント セットアップ キー (GVLK) を入れ、ライセンス認証を行います。",
          "該当するキーのないエディション (Home) はホストでは認証できません。エディションまたはライセンスを変更します。",
          "このキーを持ち込んだメディアやイメージを見つけ、以後はボリューム ライセンス用のメディアを使います。",
        ],
        cost: "",
        undo: () =>
          "以前のキーを入れ直します。デジタル ライセンスまたはファームウェアに残っており、slmgr には末尾 5 文字だけが表示されます。",
        verify: () =>
          `\`slmgr /dlv\` に ${KMS_CLIENT} と表示され、\`slmgr /ato\` が成功することを確認します。`,
      },
    },
  },

  commands: () => keyCommands("kms"),
});

function keyCommands(system: "kms" | "muster"): string[] {
  return system === "muster"
    ? ["muster ipk XXXXX-XXXXX-XXXXX-XXXXX-XXXXX", "muster ato"]
    : ["cscript //nologo slmgr.vbs /ipk XXXXX-XXXXX-XXXXX-XXXXX-XXXXX", "cscript //nologo slmgr.vbs /ato"];
}

function judgeKey(the: Case, isOne: (channel: string) => boolean): Judgement<Facts> {
  const told = the.clients.flatMap((client) => {
    const key = heldKeyOf(client);
    return key === undefined ? [] : [{ client, label: client.label, key }];
  });
  const found = told.filter(({ key }) => isOne(key.channel));
  if (found.length === 0) {
    const shown = witnessOf(the, (client) =>
      told.some((each) => each.client === client && each.key.channel === KMS_CLIENT),
    );
    const other = told.find(({ client }) => client === shown);
    return other === undefined
      ? notEvaluated("client-dlv")
      : ruledOut(
          `The key of ${other.label} is a client setup key (${KMS_CLIENT}).`,
          `${other.label} のキーはクライアント セットアップ キー (${KMS_CLIENT}) です。`,
          other.key.places[0],
        );
  }
  // Beside a product that is activated, the other is a leftover, or an add-on with a key of its own (C23).
  const unactivated = found.filter(
    ({ client }) => client.state !== "activated" && activeBeside(the, client) === undefined,
  );
  const shown =
    unactivated.length > 0 ? unactivated : found.filter(({ client }) => client.state === "activated");
  if (shown.length === 0) return notEvaluated("client-dlv");
  const failure = shown.find(({ client }) => client.failure !== undefined)?.client.failure;
  // A status in a language that is not known may as well say that it is activated.
  const isKnown = unactivated.some(({ client }) => client.state === "notActivated") || failure !== undefined;
  return seen({
    // A machine that is activated by its MAK or its digital licence has no fault.
    verdict: unactivated.length === 0 ? "benign" : isKnown ? "confirmed" : "possible",
    severity: unactivated.length > 0 ? "error" : "info",
    facts: {
      machines: labelsOf(shown),
      channel: shown[0]?.key.channel ?? "",
      lastFive: shown[0]?.key.lastFive ?? "?",
      code: failure === undefined || failure.from === "reason" ? "" : hresult(failure.code),
      activated: unactivated.length === 0,
    },
    evidence: shown
      .flatMap(({ client, key }) => [...key.places, client.report?.status?.at, client.failure?.at])
      .filter((place) => place !== undefined)
      .slice(0, 8),
    affects: labelsOf(unactivated),
  });
}
