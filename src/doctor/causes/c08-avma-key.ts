import { labelsOf, toldIn, witnessOf } from "../case/told.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { list } from "../words.ts";

/** The virtualization host cannot activate this machine: none was detected, or it is not activated itself. */
const CODES: ReadonlySet<number> = new Set([0xc004fd01, 0xc004fd02, 0xc004fd03, 0xc004fd04]);
const CHANNEL = "VIRTUAL_MACHINE_ACTIVATION";

/** The signs: the channel of automatic virtual machine activation, or its own codes. */
export const avmaKey = defineCause({
  id: "C08",
  name: "avma-key-away-from-hyper-v",
  link: "client",
  owner: "imaging",
  systems: ["kms"],
  links: [
    "https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/windows-vm-activation-error-0xc004fd01-0xc004fd02",
    "https://learn.microsoft.com/windows-server/get-started/automatic-vm-activation",
  ],
  explains: ["C28", "A08"],
  lookalikes: [
    {
      id: "C02",
      test: {
        en: "Read the channel: a retail key turns to Microsoft, this one to the virtualization host under the machine.",
        ja: "チャネルを確認します。リテール キーは Microsoft に、このキーは仮想化ホストに認証を求めます。",
      },
    },
  ],

  judge(the) {
    const holders = the.clients.filter(({ channel }) => channel === CHANNEL);
    const told = toldIn(the, CODES);
    if (holders.length === 0 && told.length === 0) {
      const other = witnessOf(the, ({ report }) => report?.channel !== undefined);
      return other?.report?.channel === undefined
        ? notEvaluated("client-dlv")
        : ruledOut(
            `The channel of ${other.label} is ${other.channel}.`,
            `${other.label} のチャネルは ${other.channel} です。`,
            other.report.channel.at,
          );
    }
    const hurt = holders.filter(({ state }) => state !== "activated");
    const isBenign = hurt.length === 0 && told.length === 0;
    const machines = isBenign ? labelsOf(holders) : [...new Set([...labelsOf(hurt), ...labelsOf(told)])];
    return seen({
      verdict: isBenign ? "benign" : holders.length > 0 || told.length > 1 ? "confirmed" : "likely",
      severity: isBenign ? "info" : "error",
      facts: { machines, activated: isBenign },
      evidence: [
        ...told.map(({ at }) => at),
        ...holders.flatMap(({ report }) => [report?.channel?.at, report?.status?.at]),
      ]
        .filter((place) => place !== undefined)
        .slice(0, 8),
      affects: isBenign ? [] : machines,
      wants: holders.length === 0 && told.length < 2 ? ["client-dlv"] : [],
    });
  },

  words: {
    en: {
      title: "The machine holds a key for automatic virtual machine activation (AVMA)",
      why: ({ machines, activated }) =>
        activated
          ? `${list(machines)}: activated by its virtualization host, and needs no other.`
          : `${list(machines)}: the key asks the Hyper-V host under the machine, which is not there or is not an activated Datacenter edition.`,
      about:
        "An AVMA key is activated by an activated Windows Server Datacenter that runs the machine on Hyper-V. A machine that was moved to a cloud or to another hypervisor takes the key along and asks in vain. It never asks a host in the network.",
      remedy: {
        steps: () => [
          "Install the client setup key (GVLK) of the edition in its place with `slmgr /ipk`, and activate.",
          "Where AVMA is meant: run the machine on an activated Datacenter host with the integration service for data exchange.",
        ],
        cost: "",
        undo: () => "Install the AVMA key of the version again.",
        verify: () => "`slmgr /dlv` shows VOLUME_KMSCLIENT, and `slmgr /ato` succeeds.",
      },
    },
    ja: {
      title: "仮想マシンの自動ライセンス認証 (AVMA) のキーが入っています",
      why: ({ machines, activated }) =>
        activated
          ? `${list(machines)}: 仮想化ホストによって認証されており、ほかのホストは必要ありません。`
          : `${list(machines)}: このキーは仮想マシンを動かす Hyper-V ホストに認証を求めますが、そのホストがないか、認証済みの Datacenter ではありません。`,
      about:
        "AVMA のキーは、Hyper-V で仮想マシンを動かしている認証済みの Windows Server Datacenter が認証します。クラウドや別のハイパーバイザーに移した仮想マシンはキーをそのまま持っていくため、認証できません。ネットワーク上のホストには要求を送りません。",
      remedy: {
        steps: () => [
          "`slmgr /ipk` でエディションに合ったクライアント セットアップ キー (GVLK) に入れ替え、ライセンス認証を行います。",
          "AVMA を使う場合は、認証済みの Datacenter ホストで動かし、統合サービスのデータ交換を有効にします。",
        ],
        cost: "",
        undo: () => "そのバージョンの AVMA キーを入れ直します。",
        verify: () =>
          "`slmgr /dlv` に VOLUME_KMSCLIENT と表示され、`slmgr /ato` が成功することを確認します。",
      },
    },
  },

  commands: () => [
    "cscript //nologo slmgr.vbs /ipk XXXXX-XXXXX-XXXXX-XXXXX-XXXXX",
    "cscript //nologo slmgr.vbs /ato",
  ],
});
