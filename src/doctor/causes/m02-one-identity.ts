import type { Case } from "../case/case.ts";
import { quotes } from "../case/places.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import type { Place } from "../evidence/place.ts";
import { list } from "../words.ts";

/**
 * The signs: event 12400 in the host's log. A host hands every machine a numbered ticket with each answer; when an older
 * number comes back from other hardware, two machines live under one CMID. That is proof, where names that alternate
 * (H10) are a sign only.
 */
export const oneIdentity = defineCause({
  id: "M02",
  name: "one-identity-on-two-machines",
  link: "count",
  owner: "imaging",
  systems: ["muster"],
  links: [],
  explains: ["H08", "H10", "H11", "H12", "H13", "H18", "C25"],
  lookalikes: [
    {
      id: "C25",
      test: {
        en: "A machine that was set up anew shows one CMID after the other; here an old ticket came back while the new one was in use.",
        ja: "再構築されたマシンでは CMID が順番に変わります。ここでは、新しいチケットが使われている間に古いチケットが提示されました。",
      },
    },
    {
      id: "H10",
      test: {
        en: "Without event 12400 only names speak for a clone: see whether they ask side by side.",
        ja: "イベント 12400 がなければ、複製を示すのは名前だけです。同じ時期に問い合わせているかを調べます。",
      },
    },
  ],

  judge(the) {
    const events = the.evidence.events.filter(({ id }) => id === 12400);
    const shared = new Map<string, Shared>();
    for (const { fields, time, at } of events) {
      const cmid = (fields.cmid ?? "").toLowerCase();
      const names = (fields.names ?? "").split(/;\s*/).filter((name) => name !== "");
      const known = shared.get(cmid) ?? { cmid, names: new Set<string>(), last: time, places: [] };
      for (const name of names) known.names.add(name.toLowerCase());
      known.last = Math.max(known.last, time);
      known.places.push(at);
      shared.set(cmid, known);
    }
    if (shared.size === 0) {
      const log = the.evidence.logs.find(({ counts, selected }) => (counts[12290] ?? 0) > 0 && !selected);
      return log === undefined
        ? notEvaluated("host-application-log")
        : ruledOut(
            "The host's log has no event 12400: no ticket came back from another machine.",
            "ホストのログにイベント 12400 はなく、別のマシンからチケットが提示されたことはありません。",
          );
    }
    const all = [...shared.values()];
    const open = all.filter((each) => !isHealed(the, each));
    const told = open.length > 0 ? open : all;
    const names = [...new Set(told.flatMap((each) => [...each.names]))];
    const hurt = the.clients.filter(
      ({ state, machine, label }) =>
        state === "notActivated" && names.some((name) => the.names.same(name, machine?.names ?? [label])),
    );
    return seen({
      verdict: open.length > 0 ? "confirmed" : "benign",
      severity: open.length === 0 ? "notice" : hurt.length > 0 ? "error" : "warning",
      facts: {
        cmids: told.length,
        cmid: told[0]?.cmid ?? "",
        names,
        events: events.length,
        isHealed: open.length === 0,
      },
      evidence: quotes(...told.flatMap(({ places }) => places.slice(-2))),
      affects: open.length > 0 ? names : [],
      wants: [],
    });
  },

  words: {
    en: {
      title: "Two machines use one identity",
      why: ({ cmids, cmid, names, events, isHealed }) =>
        `${cmids === 1 ? `The CMID ${cmid} is` : `${cmids} CMIDs are`} used by more than one machine (${list(names)}), by the tickets that they showed: ${events} ${events === 1 ? "event" : "events"} 12400.${isHealed ? " They have identities of their own since." : " The host counts them as one."}`,
      about:
        "A client's folder holds its CMID and the ticket of its last answer. A copy of a machine, or a snapshot that was brought back beside the original, has both, and shows a ticket that is no longer the newest. The host notices by that, says so (event 12400), and goes on serving both; but it counts one machine. With the setting `duplicates = rearm` it gives the later one a new CMID by itself.",
      remedy: {
        steps: ({ isHealed }) =>
          isHealed
            ? ["Nothing: each machine has its own CMID now. Keep the client's folder out of the image."]
            : [
                "On every machine but one: `muster rearm`, then `muster ato`.",
                "Or let the host do it, with the next request of each: `muster host settings duplicates rearm`.",
                "Keep the client's folder out of the image from which machines are made.",
              ],
        cost: "A rearm resets the activation of that machine until it is activated again, and the number of rearms is limited.",
        undo: () =>
          "A rearm cannot be taken back. The setting can: `muster host settings duplicates report`.",
        verify: () => "`muster dlv` shows another CMID on each machine, and no new event 12400 follows.",
      },
    },
    ja: {
      title: "2 台のマシンが 1 つの識別情報を使っています",
      why: ({ cmids, cmid, names, events, isHealed }) =>
        `${cmids === 1 ? `CMID ${cmid}` : `${cmids} 個の CMID`} が複数のマシン (${list(names)}) で使われていることが、提示されたチケットから分かります (イベント 12400 が ${events} 件)。${isHealed ? "その後、それぞれ固有の識別情報を持っています。" : "ホストはこれらを 1 台と数えます。"}`,
      about:
        "クライアントのフォルダーには、CMID と直近の応答のチケットが保存されています。マシンの複製や、元のマシンと並行して動くスナップショットは両方を引き継ぎ、最新ではないチケットを提示します。ホストはこれに気づいて記録し (イベント 12400)、両方に応答し続けますが、数えるのは 1 台です。`duplicates = rearm` に設定すると、後から来たマシンに新しい CMID を自動的に与えます。",
      remedy: {
        steps: ({ isHealed }) =>
          isHealed
            ? [
                "対処は不要です。各マシンは固有の CMID を持っています。クライアントのフォルダーをイメージに含めないようにします。",
              ]
            : [
                "1 台を除くすべてのマシンで `muster rearm` を実行し、続けて `muster ato` を実行します。",
                "または、次の要求時にホストに行わせます: `muster host settings duplicates rearm`。",
                "マシンの作成元のイメージに、クライアントのフォルダーを含めないようにします。",
              ],
        cost: "rearm を行うと、再び認証されるまでそのマシンのライセンス認証は失われます。rearm の回数には上限があります。",
        undo: () => "rearm は取り消せません。設定は `muster host settings duplicates report` で戻せます。",
        verify: () =>
          "各マシンの `muster dlv` が異なる CMID を示し、新しいイベント 12400 がないことを確認します。",
      },
    },
  },

  commands: ({ isHealed }) =>
    isHealed
      ? ["muster events --role host --id 12400"]
      : ["muster events --role host --id 12400", "muster rearm", "muster ato"],
});

interface Shared {
  readonly cmid: string;
  readonly names: Set<string>;
  last: number;
  readonly places: Place[];
}

/** Whether all of them asked again afterwards, each under a CMID of its own. */
function isHealed({ evidence, clients, names: known }: Case, { names, last }: Shared): boolean {
  const { table } = evidence.handled;
  const newest = [...names].map((name) => {
    const askers = clients
      .flatMap(({ askers }) => askers)
      .filter((asker) => known.same(name, asker.machine?.names ?? [asker.name]));
    return askers.toSorted((one, two) => one.last - two.last).at(-1);
  });
  const since = newest.flatMap((asker) => (asker !== undefined && asker.last > last ? [asker] : []));
  const cmids = new Set(newest.flatMap((asker) => (asker ? [table.get(asker.newest, "cmid")] : [])));
  return since.length > 0 && names.size > 1 && cmids.size === names.size;
}
