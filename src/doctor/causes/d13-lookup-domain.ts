import {
  absentIn,
  foundIn,
  isHurt,
  lookupDomainOf,
  mayAsk,
  pinOf,
  serviceOf,
  stoppedAt,
  zoneOf,
} from "../case/discovery.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { list } from "../words.ts";

/**
 * The signs: a lookup domain is set, and the record is not in it; or it is set beside a host's name, which makes it
 * ineffective. A lookup domain that holds the record is no fault.
 */
export const lookupDomain = defineCause({
  id: "D13",
  name: "lookup-domain-override",
  link: "client",
  owner: "client",
  systems: ["kms", "muster"],
  links: ["https://learn.microsoft.com/windows-server/get-started/activation-slmgr-vbs-options"],
  explains: ["D01", "D03", "C28", "C22"],
  lookalikes: [
    {
      id: "D12",
      test: {
        en: "Is a host's name set as well? The name wins, and the domain is not looked at.",
        ja: "ホスト名も設定されているかを確認します。名前が優先され、ドメインは参照されません。",
      },
    },
    {
      id: "D03",
      test: {
        en: "Without a lookup domain the client looks in its own suffixes.",
        ja: "検索ドメインがなければ、クライアントは自分のサフィックスを検索します。",
      },
    },
  ],

  judge(the) {
    const set = the.clients.filter(mayAsk).flatMap((client) => {
      const domain = lookupDomainOf(the, client);
      return domain === undefined ? [] : [{ client, domain, pin: pinOf(the, client) }];
    });
    if (set.length === 0) {
      const told = the.clients.find(({ report }) => report?.client?.cmid !== undefined);
      return told === undefined
        ? notEvaluated("client-dlv", "registry")
        : ruledOut(
            `${told.label} is given no lookup domain.`,
            `${told.label} に検索ドメインは設定されていません。`,
            told.report?.client?.cmid?.at,
          );
    }
    const found = foundIn(the);
    const absent = absentIn(the);
    const wrong = set.filter(
      ({ client, domain, pin }) =>
        pin === undefined &&
        isHurt(client) &&
        stoppedAt(client) !== undefined &&
        !found.some((answer) => zoneOf(answer) === domain.value),
    );
    const told = wrong.length > 0 ? wrong : set;
    const isWrong = wrong.length > 0;
    const denied = absent.filter((answer) => told.some(({ domain }) => domain.value === zoneOf(answer)));
    const elsewhere = found.map(zoneOf);
    const hurt = isWrong
      ? told.filter(({ client }) => client.state !== "activated").map(({ client }) => client.label)
      : [];
    return seen({
      verdict: !isWrong
        ? "benign"
        : denied.length > 0
          ? "confirmed"
          : elsewhere.length > 0
            ? "likely"
            : "possible",
      severity: !isWrong ? "info" : hurt.length > 0 ? "error" : "warning",
      facts: {
        record: serviceOf(the),
        clients: told.map(({ client }) => client.label),
        domain: told[0]?.domain.value ?? "",
        pin: told[0]?.pin?.host ?? "",
        isWrong,
        elsewhere: [...new Set(elsewhere)],
      },
      evidence: [
        ...told.map(({ domain }) => domain.at),
        ...(isWrong ? denied.map(({ at }) => at) : told.flatMap(({ pin }) => pin?.at ?? [])),
        ...(isWrong ? found.flatMap(({ targets }) => targets[0]?.at ?? []) : []),
        ...(isWrong ? told.flatMap(({ client }) => client.failure?.at ?? []) : []),
      ].slice(0, 8),
      affects: hurt,
      wants: isWrong && denied.length === 0 ? ["srv"] : [],
    });
  },

  words: {
    en: {
      title: "The client is told to look in a domain that does not lead to a host",
      why: ({ clients, domain, pin, isWrong, elsewhere }) =>
        isWrong
          ? `${list(clients)} ${clients.length > 1 ? "are" : "is"} told to look in ${domain}, which has no record of a host${elsewhere.length > 0 ? `; ${list(elsewhere)} has one` : ""}.`
          : pin !== ""
            ? `${list(clients)} ${clients.length > 1 ? "have" : "has"} the lookup domain ${domain} and the host name ${pin}: the name wins, and the domain has no effect.`
            : `${list(clients)} ${clients.length > 1 ? "look" : "looks"} in the lookup domain ${domain}, and that works.`,
      about:
        "A registered lookup domain (`/skms-domain`) takes the place of the machine's own suffixes when it looks for the record. It outlives the domain it was meant for. Beside a registered host name it has no effect at all, which slmgr says in a warning that is easily overlooked.",
      remedy: {
        steps: ({ isWrong, elsewhere }, system) => [
          isWrong
            ? `Clear it (\`${system === "muster" ? "muster ckms-domain" : "slmgr /ckms-domain"}\`), or set it to the domain that has the record${elsewhere[0] ? `: ${elsewhere[0]}` : ""}.`
            : "Decide which of the two settings is meant, and clear the other.",
          "Find out what set it (script, policy, image), so that it does not come back.",
        ],
        cost: "",
        undo: ({ domain }, system) =>
          `\`${system === "muster" ? "muster" : "slmgr"} ${system === "muster" ? "" : "/"}skms-domain ${domain}\``,
        verify: (_, system) =>
          `\`${system === "muster" ? "muster ato" : "slmgr /ato"}\` finds a host and succeeds.`,
      },
    },
    ja: {
      title: "ホストにつながらない検索ドメインがクライアントに設定されています",
      why: ({ clients, domain, pin, isWrong, elsewhere }) =>
        isWrong
          ? `${list(clients)} は ${domain} を検索するよう設定されていますが、そこにホストのレコードはありません${elsewhere.length > 0 ? `。${list(elsewhere)} にはあります` : ""}。`
          : pin !== ""
            ? `${list(clients)} には検索ドメイン ${domain} とホスト名 ${pin} の両方が設定されています。ホスト名が優先され、検索ドメインは使われません。`
            : `${list(clients)} は検索ドメイン ${domain} を使用しており、正常に動作しています。`,
      about:
        "検索ドメインを登録すると (`/skms-domain`)、レコードの検索で自分のサフィックスの代わりに使われます。元のドメインがなくなっても設定は残ります。ホスト名も登録されている場合はまったく使われず、slmgr はその旨の警告を表示しますが、見落とされがちです。",
      remedy: {
        steps: ({ isWrong, elsewhere }, system) => [
          isWrong
            ? `設定を解除するか (\`${system === "muster" ? "muster ckms-domain" : "slmgr /ckms-domain"}\`)、レコードのあるドメイン${elsewhere[0] ? ` ${elsewhere[0]} ` : ""}に変更します。`
            : "2 つの設定のどちらを使うかを決め、もう一方を解除します。",
          "設定した元 (スクリプト、ポリシー、イメージ) を調べ、再び設定されないようにします。",
        ],
        cost: "",
        undo: ({ domain }, system) =>
          `\`${system === "muster" ? "muster" : "slmgr"} ${system === "muster" ? "" : "/"}skms-domain ${domain}\``,
        verify: (_, system) =>
          `\`${system === "muster" ? "muster ato" : "slmgr /ato"}\` がホストを見つけて成功することを確認します。`,
      },
    },
  },

  commands: ({ record, domain }, system) =>
    system === "muster"
      ? [`dig SRV ${record}.${domain}`, "muster ckms-domain", "muster ato"]
      : [
          `nslookup -type=srv ${record}.${domain}`,
          "cscript //nologo slmgr.vbs /ckms-domain",
          "cscript //nologo slmgr.vbs /ato",
        ],
});
