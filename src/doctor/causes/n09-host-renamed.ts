import type { Case } from "../case/case.ts";
import type { Client } from "../case/client.ts";
import { isHurt, mayAsk, type Pin, pinOf } from "../case/discovery.ts";
import type { Host } from "../case/host.ts";
import { quotes } from "../case/places.ts";
import { isProvidersHost, NO_CONTACT, type Unreached, unreachedIn } from "../case/unreachable.ts";
import { defineCause, notEvaluated, ruledOut, seen, type Verdict } from "../cause.ts";
import type { Place } from "../evidence/place.ts";
import { list } from "../words.ts";

/**
 * The signs: a client is given a host by a name or an address that does not answer any more, while the host itself lives
 * on under another. What proves that it is the same host: its extended PID, which clients keep of whoever activated them.
 */
export const hostRenamed = defineCause({
  id: "N09",
  name: "host-renamed-or-readdressed",
  link: "network",
  owner: "client",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/windows-server/get-started/kms-replace-host",
    "https://learn.microsoft.com/windows-server/get-started/activation-troubleshoot-kms-issues",
  ],
  explains: ["N10", "N11", "C28", "C22"],
  lookalikes: [
    {
      id: "D12",
      test: {
        en: "Is it the same host? Compare the host's extended PID with the one that the client keeps: another host is a replacement, not a rename.",
        ja: "同じホストかどうかを、ホストの拡張 PID とクライアントが保持する値で比べます。異なれば、名前の変更ではなくホストの交代です。",
      },
    },
    {
      id: "D06",
      test: {
        en: "Ask for the address of the name that the client is given: if DNS still has the old one, correct it there for everybody.",
        ja: "クライアントに設定された名前のアドレスを調べます。DNS が古いアドレスを返すなら、DNS を直せば全員が直ります。",
      },
    },
  ],

  judge(the) {
    const unreached = unreachedIn(the);
    const found = the.clients
      .filter(mayAsk)
      .flatMap((client) => renamedFrom(the, client, unreached) ?? [])
      .toSorted((one, two) => ORDER.indexOf(one.verdict) - ORDER.indexOf(two.verdict));
    const [first] = found;
    if (first === undefined) {
      const well = the.clients.find(({ report, failure }) => report?.client?.registered && !failure);
      const free = the.clients.find(({ report }) => report?.client?.discovered !== undefined);
      const at = well?.report?.client?.registered?.at ?? free?.report?.client?.discovered?.at;
      return at === undefined
        ? notEvaluated("client-dlv", "registry", "host-dlv")
        : ruledOut(
            "No client is given a host that does not answer.",
            "応答しないホストを固定されたクライアントはありません。",
            at,
          );
    }
    const same = found.filter(({ verdict, host }) => verdict === first.verdict && host === first.host);
    const hurt = same.filter(({ client }) => client.state === "notActivated");
    return seen({
      verdict: first.verdict,
      severity: hurt.length > 0 ? "error" : "warning",
      facts: {
        clients: same.map(({ client }) => client.label),
        old: first.pin.host,
        now: first.now,
        isAddress: isAddress(first.pin.host),
        isSame: first.verdict === "confirmed",
      },
      evidence: quotes(...same.flatMap(({ places }) => places)),
      affects: hurt.map(({ client }) => client.label),
      wants: first.verdict === "confirmed" ? [] : ["host-dlv", "address"],
    });
  },

  words: {
    en: {
      title: "The client is given an old name or address of the host",
      why: ({ clients, old, now, isAddress, isSame }) =>
        `${list(clients)} ${clients.length > 1 ? "are" : "is"} given ${old}, which does not answer; ${isSame ? `the host that activated ${clients.length > 1 ? "them" : "it"}, by its extended PID, is now ${now}` : `the host in evidence is ${now}${isAddress ? ", at another address" : ""}`}.`,
      about:
        "Renaming a host, moving it to another subnet or putting it behind address translation changes what it is called. DNS follows; a name or address that was written into clients does not, and since such a setting switches discovery off, they never find it again by themselves.",
      remedy: {
        steps: ({ now }, system) => [
          system === "muster"
            ? `Let the client find its host in DNS (\`muster ckms\`), or set the present name: \`muster skms ${now}\`.`
            : `Let the client find its host in DNS (\`slmgr /ckms\`), or set the present name: \`slmgr /skms ${now}\`. Use a name, not an address.`,
          "Correct whatever writes the old one: image, script, group policy.",
          "Activate again.",
        ],
        cost: "",
        undo: ({ old }, system) => `\`${system === "muster" ? "muster skms" : "slmgr /skms"} ${old}\``,
        verify: ({ now }, system) =>
          `\`${system === "muster" ? "muster ato" : "slmgr /ato"}\` succeeds, and \`/dlv\` names ${now}.`,
      },
    },
    ja: {
      title: "クライアントにホストの古い名前またはアドレスが設定されています",
      why: ({ clients, old, now, isAddress, isSame }) =>
        `${list(clients)} には ${old} が設定されていますが、応答がありません。${isSame ? `拡張 PID から、以前に認証したホストは現在 ${now} であることが分かります` : `確認できるホストは ${now} です${isAddress ? " (アドレスが異なります)" : ""}`}。`,
      about:
        "ホストの名前の変更、別のサブネットへの移動、アドレス変換の導入により、ホストの呼び方が変わります。DNS は追従しますが、クライアントに書き込まれた名前やアドレスは変わりません。この設定は検出を無効にするため、クライアントが自力でホストを見つけ直すことはありません。",
      remedy: {
        steps: ({ now }, system) => [
          system === "muster"
            ? `DNS で見つけさせるか (\`muster ckms\`)、現在の名前を設定します: \`muster skms ${now}\`。`
            : `DNS で見つけさせるか (\`slmgr /ckms\`)、現在の名前を設定します: \`slmgr /skms ${now}\`。アドレスではなく名前を使います。`,
          "古い値を書き込んでいるイメージ、スクリプト、グループ ポリシーを直します。",
          "もう一度ライセンス認証を行います。",
        ],
        cost: "",
        undo: ({ old }, system) => `\`${system === "muster" ? "muster skms" : "slmgr /skms"} ${old}\``,
        verify: ({ now }, system) =>
          `\`${system === "muster" ? "muster ato" : "slmgr /ato"}\` が成功し、\`/dlv\` に ${now} が表示されることを確認します。`,
      },
    },
  },

  commands: ({ now }, system) =>
    system === "muster"
      ? ["muster ckms", "muster ato"]
      : [
          `Test-NetConnection ${now} -Port 1688`,
          "cscript //nologo slmgr.vbs /ckms",
          "cscript //nologo slmgr.vbs /ato",
        ],
});

const ORDER: readonly Verdict[] = ["confirmed", "likely", "possible"];

interface Renamed {
  readonly client: Client;
  readonly pin: Pin;
  readonly host: Host;
  readonly now: string;
  readonly verdict: Verdict;
  readonly places: readonly (Place | undefined)[];
}

function renamedFrom(the: Case, client: Client, unreached: readonly Unreached[]): Renamed | undefined {
  const pin = pinOf(the, client);
  if (pin === undefined || isProvidersHost(pin.host)) return undefined;
  const silent = unreached.find(({ host }) => the.names.same(pin.host, host.names));
  const newest = client.exchanges.at(-1);
  const fails = newest !== undefined && newest.answer === undefined && NO_CONTACT.has(newest.code);
  if (silent?.serves !== undefined || silent?.heard !== undefined) return undefined;
  if (silent === undefined && !(fails && isHurt(client))) return undefined;
  const others = the.hosts.filter((host) => host !== silent?.host && !the.names.same(pin.host, host.names));
  const kept = client.report?.client?.hostExtendedPid;
  const twin = others.find(({ report }) => kept !== undefined && report?.extendedPid?.value === kept.value);
  const base = { client, pin, places: [pin.at, fails ? newest.at : undefined, silent?.probes[0]?.at] };
  if (twin !== undefined) {
    const places = [...base.places, kept?.at, twin.report?.extendedPid?.at, twin.targets[0]?.at];
    return { ...base, places, host: twin, now: nameOf(twin), verdict: "confirmed" };
  }
  // Of an address nothing says what stood there; one other host in evidence may be it.
  const [only, ...more] = others.filter(
    ({ reports, targets, log }) => reports.length + targets.length || log,
  );
  if (only === undefined || more.length > 0) return undefined;
  if (kept !== undefined && only.report?.extendedPid !== undefined) return undefined;
  const hasMoved = isAddress(pin.host) && only.addresses.length > 0;
  const places = [...base.places, only.targets[0]?.at];
  return { ...base, places, host: only, now: nameOf(only), verdict: hasMoved ? "likely" : "possible" };
}

function nameOf({ targets, label }: Host): string {
  return targets[0]?.host ?? label;
}

function isAddress(name: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(name);
}
