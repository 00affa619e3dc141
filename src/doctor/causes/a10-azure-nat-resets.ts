import type { Case } from "../case/case.ts";
import { type CloudAsker, cloudAskersOf } from "../case/cloud.ts";
import { defineCause, notEvaluated, seen } from "../cause.ts";
import { list } from "../words.ts";

/** WSAECONNRESET as an HRESULT. */
const RESET = 0x80072746;
/** Machines in evidence from which on one may speak of many behind one address. */
const MANY = 20;

/**
 * The signs: among many VMs that ask Azure's KMS from behind one address, some are served and some are cut off by a reset.
 * One report, never confirmed by Microsoft, in which a way out for each VM cured it; so it is put forward as possible only.
 */
export const natResets = defineCause({
  id: "A10",
  name: "azure-many-vms-behind-one-address",
  link: "network",
  owner: "cloud",
  systems: ["kms"],
  links: ["https://github.com/MicrosoftDocs/SupportArticles-docs/issues/107"],
  explains: [],
  lookalikes: [
    {
      id: "A01",
      test: {
        en: "Was any of these VMs served lately? By way of a tunnel out of Azure none is, however few they are.",
        ja: "最近認証された VM があるかを確認します。Azure の外へのトンネル経由では、台数に関係なく 1 台も認証されません。",
      },
    },
    {
      id: "N03",
      test: {
        en: "Does the reset come at once and always? Then a device on the way sends it.",
        ja: "リセットが毎回すぐに発生するかを確認します。そうなら、経路上の機器が送信しています。",
      },
    },
  ],

  judge(the) {
    const askers = cloudAskersOf(the, "azure");
    const cut = askers.filter((asker) => isReset(the, asker));
    const served = askers.filter(({ client }) => client.exchanges.some(({ answer }) => answer?.activated));
    if (askers.length < MANY || cut.length === 0 || served.length === 0)
      return notEvaluated("client-events", "outbound");
    const hurt = cut.filter(({ isHurt }) => isHurt).map(({ client }) => client.label);
    return seen({
      verdict: "possible",
      severity: hurt.length > 0 ? "error" : "warning",
      facts: { cut: cut.map(({ client }) => client.label), all: askers.length, served: served.length },
      evidence: cut.flatMap(({ vain, at }) => vain.slice(0, 1).concat(vain.length > 0 ? [] : at)).slice(0, 8),
      affects: hurt,
      wants: ["outbound", "effective-routes"],
    });
  },

  words: {
    en: {
      title: "Many VMs ask Azure's KMS from behind one address, and some are cut off",
      why: ({ cut, all, served }) =>
        `Of ${all} VMs that ask Azure's KMS, ${served} ${served === 1 ? "was" : "were"} served and ${list(cut)} ${cut.length > 1 ? "were" : "was"} cut off by a reset.`,
      about:
        "Someone saw about 200 VMs behind one NAT address cut off by the KMS from the second day on, and cured it with routes that let each VM out by itself. Microsoft has not said whether the KMS limits requests by address. It is worth a try when everything else is in order.",
      remedy: {
        steps: () => [
          "Give the addresses of the KMS a route to `Internet`, so that VMs leave by addresses of their own or by a NAT gateway with several.",
          "Spread the first activation of many VMs over some hours.",
        ],
        cost: "Further public addresses are charged.",
        undo: () => "Delete the routes.",
        verify: () => "The VMs that were cut off activate at their next try, two hours later at the latest.",
      },
    },
    ja: {
      title: "多数の VM が 1 つのアドレスから Azure の KMS に問い合わせ、一部が切断されています",
      why: ({ cut, all, served }) =>
        `Azure の KMS に問い合わせている VM ${all} 台のうち、${served} 台は認証されましたが、${list(cut)} の接続はリセットされています。`,
      about:
        "1 つの NAT アドレスの背後にある約 200 台の VM が 2 日目から KMS に切断され、各 VM が個別に外部に出るルートで解消した、という報告があります。アドレスごとの要求数の制限があるかどうかを、Microsoft は明らかにしていません。ほかに問題がない場合に試す価値があります。",
      remedy: {
        steps: () => [
          "KMS のアドレスに次ホップが `Internet` のルートを設定し、VM が個別のアドレス、または複数のアドレスを持つ NAT ゲートウェイから出るようにします。",
          "多数の VM の最初の認証を、数時間に分散させます。",
        ],
        cost: "パブリック IP を追加すると料金がかかります。",
        undo: () => "追加したルートを削除します。",
        verify: () => "切断されていた VM が、遅くとも 2 時間後の次の試行で認証されることを確認します。",
      },
    },
  },

  commands: () => [
    "az network route-table route create -g GROUP --route-table-name TABLE -n kms1 --address-prefix 20.118.99.224/32 --next-hop-type Internet",
    "az network route-table route create -g GROUP --route-table-name TABLE -n kms2 --address-prefix 40.83.235.53/32 --next-hop-type Internet",
  ],
});

function isReset(the: Case, { client, host }: CloudAsker): boolean {
  if (client.failing.at(-1)?.code === RESET) return true;
  return the.evidence.probes.some(
    ({ host: name, result, origin }) =>
      result === "reset" &&
      host.addresses.includes(name) &&
      the.evidence.machineOf(origin) === client.machine,
  );
}
