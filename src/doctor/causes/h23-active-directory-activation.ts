import { quotes } from "../case/places.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { list } from "../words.ts";

const AD_ACTIVATED = 12308;

/**
 * No fault: clients are activated by Active Directory, which is tried before a KMS host, and ask the host no more. The
 * host's count falls by them, and those that still need it may be left with too few.
 */
export const activeDirectoryActivation = defineCause({
  id: "H23",
  name: "active-directory-activation",
  link: "count",
  owner: "nobody",
  systems: ["kms"],
  links: [
    "https://learn.microsoft.com/windows-server/get-started/activate-windows-server",
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/troubleshoot-adba-clients-not-activate",
  ],
  explains: [],
  lookalikes: [
    {
      id: "H13",
      test: {
        en: "When the missing machines are activated by Active Directory they are well; H13 counts those that need the host.",
        ja: "いなくなったマシンが Active Directory で認証されていれば正常です。H13 はホストを必要とするマシンの問題です。",
      },
    },
  ],

  judge(the) {
    const told = the.evidence.products.filter(({ activeDirectory }) => activeDirectory !== undefined);
    const events = the.evidence.events.filter(({ id }) => id === AD_ACTIVATED);
    if (told.length === 0 && events.length === 0) {
      return the.clients.some(({ report }) => report?.client !== undefined)
        ? ruledOut("The client was activated by a KMS host.", "クライアントは KMS ホストで認証されています。")
        : notEvaluated("client-dlv");
    }
    const labels = [
      ...told.map(({ origin }) => the.evidence.machineOf(origin)?.label ?? origin.file),
      ...events.map(
        ({ computer, origin }) => the.evidence.machineNamed(computer)?.label ?? (computer || origin.file),
      ),
    ];
    return seen({
      verdict: "benign",
      severity: "info",
      facts: { clients: [...new Set(labels)] },
      evidence: quotes(
        ...told.map(({ activeDirectory }) => activeDirectory),
        ...events.slice(-4).map(({ at }) => at),
      ),
      affects: [],
    });
  },

  words: {
    en: {
      title: "Active Directory activates clients, which no longer ask the host",
      why: ({ clients }) =>
        `${list(clients)} ${clients.length === 1 ? "is" : "are"} activated by Active Directory, and so missing from the host's count and log.`,
      about:
        "A domain member tries Active Directory before a KMS host. Once there is an activation object, machines are activated by it, ask the host no more, and drop out of its count after 30 days. That is as it should be; only, what still needs the host (older systems, machines outside the domain, Office without an object) may then be too few.",
      remedy: {
        steps: () => [
          "Nothing is to be done for these machines.",
          "Count those that still need the host: if they are fewer than 25 clients or 5 servers, let Active Directory or multiple activation keys activate them as well.",
        ],
        cost: "",
        undo: () => "Nothing to undo.",
        verify: () => '`slmgr /dlv` of such a client shows "AD Activation client information" and Licensed.',
      },
    },
    ja: {
      title: "Active Directory がクライアントを認証しており、ホストには問い合わせていません",
      why: ({ clients }) =>
        `${list(clients)} は Active Directory で認証されているため、ホストの数やログに現れません。`,
      about:
        "ドメインのメンバーは、KMS ホストより先に Active Directory を試します。ライセンス認証オブジェクトがあればそれで認証され、ホストに問い合わせなくなり、30 日後に数から外れます。これは正常な動作です。ただし、引き続きホストを必要とするもの (古いシステム、ドメイン外のマシン、オブジェクトのない Office) だけでは、必要数に足りなくなることがあります。",
      remedy: {
        steps: () => [
          "これらのマシンについては何もする必要はありません。",
          "引き続きホストを必要とするマシンを数え、クライアントが 25 台、サーバーが 5 台に満たなければ、それらも Active Directory かマルチ ライセンス認証キーで認証します。",
        ],
        cost: "",
        undo: () => "元に戻すものはありません。",
        verify: () =>
          "該当するクライアントの `slmgr /dlv` に AD によるライセンス認証の情報と「ライセンス済み」が表示されることを確認します。",
      },
    },
  },

  commands: () => ["cscript //nologo slmgr.vbs /dlv", "cscript //nologo slmgr.vbs /ao-list"],
});
