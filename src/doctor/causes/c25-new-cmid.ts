import type { Case } from "../case/case.ts";
import { defineCause, notEvaluated, seen } from "../cause.ts";
import type { Place } from "../evidence/place.ts";
import { day, list } from "../words.ts";

interface Change {
  readonly name: string;
  readonly time: number;
  readonly places: readonly Place[];
}

/** More changes than this are not a repair any more: a pool of machines that are made anew (H12). */
const MOST = 3;

/** The signs: one name under two CMIDs, one after the other. Alternating ones are two machines, or a pool (H12). */
export const newCmid = defineCause({
  id: "C25",
  name: "new-cmid-after-repair-or-rearm",
  link: "count",
  owner: "nobody",
  systems: ["kms", "muster"],
  links: ["https://learn.microsoft.com/windows-server/get-started/kms-activation-planning"],
  explains: [],
  lookalikes: [
    {
      id: "H12",
      test: {
        en: "Look at the order: two CMIDs that alternate, or a new one at each start, are a pool of desktops.",
        ja: "順序を確認します。2 つの CMID が交互に現れる、または起動のたびに新しくなる場合は、仮想デスクトップのプールです。",
      },
    },
    {
      id: "H10",
      test: {
        en: "That is the other way round: one CMID under several names.",
        ja: "H10 は逆に、1 つの CMID が複数の名前で使われている状態です。",
      },
    },
  ],

  judge(the) {
    const changes = changesIn(the);
    if (changes.length === 0) return notEvaluated("host-log");
    return seen({
      verdict: "benign",
      severity: "info",
      facts: {
        machines: [...new Set(changes.map(({ name }) => name))],
        time: day(Math.max(...changes.map(({ time }) => time))),
      },
      evidence: changes.flatMap(({ places }) => places).slice(0, 8),
      affects: [],
    });
  },

  words: {
    en: {
      title: "A machine came back with another CMID",
      why: ({ machines, time }) =>
        `${list(machines)}: the old CMID was used until the new one came (${time}), and never again: as after a repair, a rearm or a new installation.`,
      about:
        "A machine keeps its CMID until it is rearmed, installed anew or loses its store of licences. For 30 days the host counts the old CMID as well, so that the count is one too high for a while. Nothing is wrong.",
      remedy: {
        steps: () => ["Nothing. The old CMID leaves the count 30 days after its last request."],
        cost: "",
        undo: () => "",
        verify: () => "The host's log shows the machine under its new CMID only.",
      },
    },
    ja: {
      title: "マシンの CMID が新しくなっています",
      why: ({ machines, time }) =>
        `${list(machines)}: 新しい CMID が現れた ${time} 以降、古い CMID は使われていません。修復、rearm、再インストールの後に見られる状態です。`,
      about:
        "CMID は、rearm、再インストール、ライセンス ストアの再作成が行われるまで変わりません。ホストは古い CMID も 30 日間は数えるため、しばらく数が 1 多くなりますが、問題はありません。",
      remedy: {
        steps: () => ["対処は不要です。古い CMID は最後の要求から 30 日で数から外れます。"],
        cost: "",
        undo: () => "",
        verify: () => "ホストのログで、このマシンが新しい CMID だけで記録されていることを確認します。",
      },
    },
  },

  commands: () => [],
});

/** Machines of a host's log whose CMIDs follow each other without overlap. */
function changesIn({ evidence, clients }: Case): Change[] {
  const several = clients.flatMap(({ askers }) =>
    askers.filter(({ cmids }) => cmids.size > 1 && cmids.size <= MOST),
  );
  if (several.length === 0) return [];
  const { table } = evidence.handled;
  const [computers, products, cmids] = [
    table.column("computer"),
    table.column("product"),
    table.column("cmid"),
  ];
  const [names, times] = [table.column("name"), table.column("time")];
  const bare = table.values("name").map((name) => name.toLowerCase().split(".")[0] ?? "");
  const wanted = new Map<
    string,
    { name: string; uses: Map<number, { first: number; last: number; row: number }> }
  >();
  const keyOf = (host: string, product: string, name: string) => `${host} ${product} ${name}`;
  for (const { host, product, name, label } of several) {
    wanted.set(keyOf(host, product, name.split(".")[0] ?? ""), { name: label, uses: new Map() });
  }
  const wantedNames = new Set(several.map(({ name }) => name.split(".")[0] ?? ""));
  const isWanted = bare.map((name) => wantedNames.has(name));
  for (let row = 0; row < evidence.handled.length; row++) {
    if (!isWanted[names[row] ?? 0]) continue;
    const host = table.values("computer")[computers[row] ?? 0] ?? "";
    const product = table.values("product")[products[row] ?? 0] ?? "";
    const found = wanted.get(keyOf(host, product, bare[names[row] ?? 0] ?? ""));
    if (found === undefined) continue;
    const [cmid, time] = [cmids[row] ?? 0, times[row] ?? 0];
    const use = found.uses.get(cmid);
    if (use === undefined) found.uses.set(cmid, { first: time, last: time, row });
    else [use.first, use.last] = [Math.min(use.first, time), Math.max(use.last, time)];
  }
  return [...wanted.values()].flatMap(({ name, uses }) => {
    const inOrder = [...uses.values()].toSorted((one, two) => one.first - two.first);
    const follow = inOrder.every((use, at) => at === 0 || use.first > (inOrder[at - 1]?.last ?? 0));
    if (inOrder.length < 2 || !follow) return [];
    const places = inOrder.slice(-2).map(({ row }) => evidence.handled.place(row));
    return [{ name, time: inOrder.at(-1)?.first ?? Number.NaN, places }];
  });
}
