import type { Case } from "../case/case.ts";
import type { Host } from "../case/host.ts";
import { type Unreached, unreachedIn } from "../case/unreachable.ts";
import { defineCause, notEvaluated, ruledOut, seen, type Verdict } from "../cause.ts";
import type { Place } from "../evidence/place.ts";
import { list } from "../words.ts";

/**
 * The signs: the SRV record is right, and the name in it has no address, or that of another machine. By its address the
 * host can be reached, by its name it cannot.
 */
export const hostAddress = defineCause({
  id: "D06",
  name: "host-address-missing-or-wrong",
  link: "dns",
  owner: "dns",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/windows-server/get-started/common-troubleshooting-procedures-kms-dns",
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/error-0xc004f074-activate-windows",
  ],
  explains: ["C28", "C22"],
  lookalikes: [
    {
      id: "D02",
      test: {
        en: "Is the host alive? If its service answers at some address, its name is wrong; if nothing answers, the record is stale.",
        ja: "ホストが稼働しているかを調べます。別のアドレスで応答するなら名前の問題、どこでも応答しないなら古いレコードです。",
      },
    },
    {
      id: "N01",
      test: {
        en: "Test the port by address: if that works and the name does not, no firewall is in the way.",
        ja: "アドレスを指定してポートを試します。それで成功し、名前で失敗するなら、ファイアウォールは原因ではありません。",
      },
    },
  ],

  judge(the) {
    const unreached = unreachedIn(the);
    const found = the.hosts
      .flatMap((host) => addressFault(the, host, unreached) ?? [])
      .toSorted((one, two) => ORDER.indexOf(one.verdict) - ORDER.indexOf(two.verdict));
    const [first] = found;
    if (first === undefined) {
      const resolved = the.evidence.dns.find(
        ({ type, addresses, name }) =>
          (type === "A" || type === "AAAA") &&
          addresses.length > 0 &&
          the.hosts.some(({ label, machine }) => the.names.same(name, machine?.names ?? [label])),
      );
      const serves = the.hosts.some(({ probes }) =>
        probes.some(({ result, protocol }) => result === "open" && protocol !== "icmp"),
      );
      if (resolved !== undefined && serves) {
        return ruledOut(
          `${resolved.name} has an address, and the port answers there.`,
          `${resolved.name} にはアドレスがあり、ポートが応答しています。`,
          resolved.addresses[0]?.at,
        );
      }
      return notEvaluated("address", "port-test");
    }
    const { verdict, host, kind, places, wrong, right, clients } = first;
    return seen({
      verdict,
      severity: clients.some(({ state }) => state !== "activated") ? "error" : "warning",
      facts: {
        host: host.targets[0]?.host ?? host.label,
        isWrong: kind === "wrong",
        wrong,
        right,
        clients: clients.map(({ label }) => label),
      },
      evidence: places.slice(0, 8),
      affects: clients.filter(({ state }) => state !== "activated").map(({ label }) => label),
      wants: verdict === "confirmed" ? [] : ["address", "port-test", "host-dlv"],
    });
  },

  words: {
    en: {
      title: "The host's name has no address in DNS, or that of another machine",
      why: ({ host, isWrong, wrong, right, clients }) =>
        isWrong
          ? `DNS gives ${host} the address ${list(wrong)}${right.length > 0 ? `, but the host is at ${list(right)}` : ", which is not the host's"}${clients.length > 0 ? `; ${list(clients)} asked in vain` : ""}.`
          : `The SRV record names ${host}, and DNS has no address for that name${clients.length > 0 ? `; ${list(clients)} asked in vain` : ""}.`,
      about:
        "The SRV record only holds a name; the client still has to find that name's address. The address record may be missing (deleted, scavenged, in a zone that the client's server does not know) or old (the host was given another address). The event shows the right name and 'RPC server unavailable', so that the network is blamed.",
      remedy: {
        steps: ({ host, isWrong }) => [
          isWrong
            ? `Correct the address record of ${host}, also its AAAA record if it has one.`
            : `Create the address record of ${host}, or let the host register it.`,
          "Empty the resolver cache of the clients, or wait until it expires.",
          "Activate again.",
        ],
        cost: "",
        undo: () => "Set the address record back to its former value.",
        verify: ({ host }, system) =>
          `\`${system === "muster" ? `dig A ${host}` : `nslookup ${host}`}\` gives the host's own address, and \`${system === "muster" ? "muster ato" : "slmgr /ato"}\` succeeds.`,
      },
    },
    ja: {
      title: "ホスト名のアドレスが DNS にないか、別のマシンを指しています",
      why: ({ host, isWrong, wrong, right, clients }) =>
        isWrong
          ? `DNS は ${host} のアドレスとして ${list(wrong)} を返しますが、${right.length > 0 ? `ホストのアドレスは ${list(right)} です` : "これはホストのアドレスではありません"}${clients.length > 0 ? `。${list(clients)} は応答を得られませんでした` : ""}。`
          : `SRV レコードは ${host} を指していますが、DNS にこの名前のアドレスがありません${clients.length > 0 ? `。${list(clients)} は応答を得られませんでした` : ""}。`,
      about:
        "SRV レコードに含まれるのは名前だけで、クライアントはその名前のアドレスも解決する必要があります。アドレスのレコードは、削除や清掃でなくなっていたり、クライアントの DNS サーバーが知らないゾーンにあったり、ホストのアドレス変更前の古い値のままだったりします。イベントには正しい名前と「RPC サーバーを利用できません」が記録されるため、ネットワークの問題と誤解されます。",
      remedy: {
        steps: ({ host, isWrong }) => [
          isWrong
            ? `${host} のアドレス レコードを修正します。AAAA レコードがあればそれも修正します。`
            : `${host} のアドレス レコードを作成するか、ホストに登録させます。`,
          "クライアントのリゾルバー キャッシュを消去するか、期限切れを待ちます。",
          "もう一度ライセンス認証を行います。",
        ],
        cost: "",
        undo: () => "アドレス レコードを元の値に戻します。",
        verify: ({ host }, system) =>
          `\`${system === "muster" ? `dig A ${host}` : `nslookup ${host}`}\` がホスト自身のアドレスを返し、\`${system === "muster" ? "muster ato" : "slmgr /ato"}\` が成功することを確認します。`,
      },
    },
  },

  commands: ({ host }, system) =>
    system === "muster"
      ? [`dig A ${host}`, `dig AAAA ${host}`, "resolvectl flush-caches", "muster ato"]
      : [
          `nslookup ${host}`,
          "ipconfig /registerdns",
          "ipconfig /flushdns",
          "cscript //nologo slmgr.vbs /ato",
        ],
});

const ORDER: readonly Verdict[] = ["confirmed", "likely", "possible"];

interface AddressFault {
  readonly verdict: Verdict;
  readonly host: Host;
  readonly kind: "missing" | "wrong";
  readonly wrong: readonly string[];
  readonly right: readonly string[];
  readonly clients: Unreached["clients"];
  readonly places: readonly Place[];
}

function addressFault(the: Case, host: Host, unreached: readonly Unreached[]): AddressFault | undefined {
  const names = host.names;
  const failing = unreached.find((each) => each.host.label === host.label);
  if (host.targets.length === 0 && failing === undefined) return undefined;
  const asked = the.evidence.dns.filter(
    ({ name, type }) => (type === "A" || type === "AAAA") && the.names.same(name, names),
  );
  const told = asked.filter(({ addresses }) => addresses.length > 0);
  const missing = asked.filter(({ result }) => result === "nxdomain" || result === "nodata");
  const clients = failing?.clients ?? [];
  const tries = failing?.tries ?? [];
  const places = (own: readonly Place[]) => [
    ...own,
    ...host.targets.map(({ at }) => at),
    ...tries.map(({ at }) => at),
    ...(failing?.probes.map(({ at }) => at) ?? []),
  ];
  const isNamed = missing.some(({ result, type }) => result === "nxdomain" || type === "A");
  const unresolved = tries.find(({ code }) => code === 0x80072af9 || code === 0x80072afc);
  if (told.length === 0 && ((missing.length > 0 && isNamed) || unresolved !== undefined)) {
    const isAlive = host.reports.length > 0 || failing?.isUp !== undefined || failing?.serves !== undefined;
    const hasOthers = (failing?.substitutes.length ?? 0) > 0;
    return {
      // Nothing shows it alive, and another answers: it was taken down, and its record left behind (D02).
      verdict: isAlive ? "confirmed" : hasOthers ? "possible" : "likely",
      host,
      kind: "missing",
      wrong: [],
      right: [],
      clients,
      places: places([...missing.map(({ at }) => at), ...(unresolved === undefined ? [] : [unresolved.at])]),
    };
  }
  return wrongAddress(the, host, failing, names, clients, places);
}

/** DNS gives an address that the host, by its own word or by a port that answers elsewhere, does not have. */
function wrongAddress(
  the: Case,
  host: Host,
  failing: Unreached | undefined,
  names: readonly string[],
  clients: Unreached["clients"],
  places: (own: readonly Place[]) => readonly Place[],
): AddressFault | undefined {
  const told = the.evidence.dns
    .filter(({ name, type }) => type === "A" && the.names.same(name, names))
    .flatMap(({ addresses }) => addresses);
  const given = [...new Set(told.map(({ value }) => value))];
  if (given.length === 0 || failing === undefined) return undefined;
  const own = the.evidence.networks
    .filter(({ origin }) => the.evidence.machineOf(origin)?.label === host.label)
    .flatMap(({ addresses }) => addresses)
    .filter(({ value }) => value.includes("."));
  if (own.length > 0 && !own.some(({ value }) => given.includes(value))) {
    return {
      verdict: "confirmed",
      host,
      kind: "wrong",
      wrong: given,
      right: own.map(({ value }) => value),
      clients,
      places: places([...told.map(({ at }) => at), ...own.map(({ at }) => at)]),
    };
  }
  const others = the.hosts.filter((each) => each !== host).flatMap(({ addresses }) => addresses);
  const elsewhere = the.evidence.probes.find(
    ({ host: asked, result, protocol, port }) =>
      result === "open" &&
      protocol !== "icmp" &&
      /^[\d.]+$/.test(asked) &&
      !given.includes(asked) &&
      !others.includes(asked) &&
      host.targets.some((target) => target.port === port),
  );
  if (elsewhere === undefined || failing.probes.length === 0 || failing.serves !== undefined)
    return undefined;
  return {
    verdict: "likely",
    host,
    kind: "wrong",
    wrong: given,
    right: [elsewhere.host],
    clients,
    places: places([...told.map(({ at }) => at), elsewhere.at]),
  };
}
