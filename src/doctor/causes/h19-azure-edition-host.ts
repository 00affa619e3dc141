import { keyReportOf } from "../case/host-key.ts";
import { quotes } from "../case/places.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";

/** Windows prints this edition of Datacenter: Azure Edition. */
const AZURE_EDITION = /ServerTurbine|Azure ?Edition/i;

/** The sign: the host runs Datacenter: Azure Edition, which cannot be a host. */
export const azureEditionHost = defineCause({
  id: "H19",
  name: "azure-edition-host",
  link: "host",
  owner: "host",
  systems: ["kms"],
  links: ["https://learn.microsoft.com/windows-server/get-started/kms-activation-planning"],
  explains: ["H01", "H02", "H22", "C28"],
  lookalikes: [
    {
      id: "H02",
      test: {
        en: "On another edition of the same release the same host key is taken.",
        ja: "同じリリースの別のエディションでは、同じホスト キーを使えます。",
      },
    },
  ],

  judge(the) {
    for (const host of the.hosts) {
      const report = keyReportOf(host);
      if (report === undefined) continue;
      const stated = the.evidence.statements.find(
        ({ what, value, origin }) =>
          what === "edition" &&
          AZURE_EDITION.test(value) &&
          (the.evidence.machineOf(origin)?.label ?? origin.file) === host.label,
      );
      const name = AZURE_EDITION.test(report.name?.value ?? "") ? report.name : undefined;
      const at = name?.at ?? stated?.at;
      if (at === undefined || report.status?.value === 1) continue;
      return seen({
        verdict: "confirmed",
        severity: the.hosts.some((other) => other !== host && other.isActivated) ? "warning" : "error",
        facts: { host: host.label },
        evidence: quotes(at, report.status?.at, report.channel?.at),
        affects: [host.label],
      });
    }
    const host = the.hosts.find((each) => keyReportOf(each)?.name !== undefined);
    const name = host && keyReportOf(host)?.name;
    return host === undefined || name === undefined
      ? notEvaluated("host-dlv")
      : ruledOut(`${host.label} runs ${name.value}.`, `${host.label} は ${name.value} です。`, name.at);
  },

  words: {
    en: {
      title: "The host runs Datacenter: Azure Edition, which cannot be a host",
      why: ({ host }) => `${host} runs Datacenter: Azure Edition with a host key that is not activated.`,
      about:
        "Of Windows Server 2022 and 2025 every edition may hold a host key but Datacenter: Azure Edition, which is made for virtual machines in Azure that are activated by Azure's own hosts.",
      remedy: {
        steps: ({ host }) => [
          "Install the host key on a server of the Standard or Datacenter edition, and activate it there.",
          `Give ${host} its client setup key again, and turn the SRV record to the new host.`,
        ],
        cost: "The count of the new host starts at 0.",
        undo: () => "Nothing to undo.",
        verify: () => "`slmgr /dlv` on the new host says Licensed, and names its listening port.",
      },
    },
    ja: {
      title: "ホストが Datacenter: Azure Edition のため、KMS ホストになれません",
      why: ({ host }) => `${host} は Datacenter: Azure Edition で、ホスト キーが認証されていません。`,
      about:
        "Windows Server 2022 と 2025 のうち、Datacenter: Azure Edition だけはホスト キーを使えません。このエディションは Azure の仮想マシン用で、Azure 自身のホストによって認証されます。",
      remedy: {
        steps: ({ host }) => [
          "Standard または Datacenter エディションのサーバーにホスト キーをインストールし、認証します。",
          `${host} にはクライアント セットアップ キーを入れ直し、SRV レコードを新しいホストに向けます。`,
        ],
        cost: "新しいホストの数は 0 から始まります。",
        undo: () => "元に戻すものはありません。",
        verify: () =>
          "新しいホストの `slmgr /dlv` が「ライセンス済み」で、リッスン ポートが表示されることを確認します。",
      },
    },
  },

  commands: () => ["DISM /Online /Get-CurrentEdition", "cscript //nologo slmgr.vbs /dlv"],
});
