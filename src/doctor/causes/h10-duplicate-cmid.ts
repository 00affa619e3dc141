import type { Case } from "../case/case.ts";
import { type Clones, clonesOf } from "../case/clones.ts";
import { defineCause, type Judgement, notEvaluated, ruledOut, seen } from "../cause.ts";
import type { Fact, Place } from "../evidence/place.ts";
import { list } from "../words.ts";

interface Facts {
  readonly clusters: number;
  readonly machines: number;
  readonly cmids: number;
  readonly names: readonly string[];
  readonly largest: number;
  /** Whether sysprep's log was there, and what options it shows. */
  readonly options: readonly string[];
}

const LINKS = [
  "https://learn.microsoft.com/troubleshoot/windows-client/licensing-and-activation/kms-current-count-not-increase",
];
const SYSPREP = "C:\\Windows\\System32\\Sysprep\\sysprep.exe /generalize /oobe /shutdown";

/**
 * The signs: one CMID in the host's log under several names in use at the same time, so that the count stands still while
 * machines come. What ties it to the image is sysprep's own log: without GENERALIZE nothing made a new CMID (this one);
 * with it, SkipRearm kept it (H11). Without that log both remain, and this one is by far the more frequent.
 */
export const duplicateCmid = defineCause<Facts>({
  id: "H10",
  name: "duplicate-cmid-no-sysprep",
  link: "count",
  owner: "imaging",
  systems: ["kms", "muster"],
  links: LINKS,
  explains: ["H08", "H13", "H22", "C28"],
  lookalikes: [
    {
      id: "H11",
      test: {
        en: "Panther's setupact.log: with GENERALIZE in it the image was prepared, and SkipRearm kept the old CMID.",
        ja: "Panther の setupact.log に GENERALIZE があれば、イメージは一般化されており、SkipRearm が古い CMID を残しました。",
      },
    },
    {
      id: "C25",
      test: {
        en: "One CMID under two names, one after the other, is a machine that was renamed: the times of use must overlap.",
        ja: "1 つの CMID が 2 つの名前で順番に現れるだけなら、名前を変えたマシンです。使われた期間が重なっている必要があります。",
      },
    },
    {
      id: "H08",
      test: {
        en: "Count the names as well as the CMIDs: with too few machines both are small.",
        ja: "CMID だけでなく名前も数えます。台数不足なら、両方とも少ないはずです。",
      },
    },
  ],

  judge(the) {
    return judgeClones(the, (skipped, generalized) => skipped === undefined && generalized === undefined);
  },

  words: {
    en: {
      title: "Cloned machines share one CMID, and are counted as one",
      why: ({ machines, cmids, names, largest, options }) =>
        `${machines} machines (${list(names)}) share ${cmids === 1 ? "one CMID" : `${cmids} CMIDs`}, used side by side${cmids === 1 ? "" : `, ${largest} of them one and the same`}${
          options.length > 0 ? `; sysprep ran with ${options.join(", ")}, without GENERALIZE` : ""
        }. A host counts CMIDs, not names.`,
      about:
        "A machine makes its CMID once. An image that was not generalized carries it to every copy, and the host counts all copies as one machine. They may even be activated when other machines fill the count, so that nobody notices until it is needed.",
      remedy: {
        steps: (_, system) =>
          system === "muster"
            ? [
                "Delete the client's folder in the image before it is sealed.",
                "On machines that exist: `muster rearm`, which makes a new CMID.",
              ]
            : [
                `Seal the image with \`${SYSPREP}\`, and roll it out from then on.`,
                "On machines that exist: `slmgr /rearm`, restart, then `slmgr /ato`.",
                "Look at the rearm count first (`slmgr /dlv`): each /rearm uses one up.",
              ],
        cost: "A rearm resets the activation: the machine is in its grace period or in notification until it is activated again, needs a restart on Windows, and the number of rearms is limited.",
        undo: () => "A rearm cannot be taken back; the old CMID is of no use to anybody.",
        verify: () =>
          "The CMID in each machine's `/dlv` differs, and the current count rises with every machine that asks.",
      },
    },
    ja: {
      title: "複製されたマシンが同じ CMID を使い、1 台として数えられています",
      why: ({ machines, cmids, names, largest, options }) =>
        `${machines} 台 (${list(names)}) が ${cmids} 個の CMID を同時に使っています${cmids === 1 ? "" : `。最も多いものは 1 個の CMID を ${largest} 台で共有しています`}${
          options.length > 0
            ? `。sysprep のオプションは ${options.join("、")} で、GENERALIZE がありません`
            : ""
        }。ホストは名前ではなく CMID を数えます。`,
      about:
        "CMID はマシンごとに 1 度だけ作られます。一般化していないイメージは、そのすべてのコピーに同じ CMID を持ち込み、ホストはコピーをまとめて 1 台と数えます。ほかのマシンで数が足りていれば認証されることもあり、必要になるまで気づかれません。",
      remedy: {
        steps: (_, system) =>
          system === "muster"
            ? [
                "イメージを封印する前に、クライアントのフォルダーを削除します。",
                "既存のマシンでは `muster rearm` を実行し、新しい CMID を作ります。",
              ]
            : [
                `以後のイメージは \`${SYSPREP}\` で封印し、展開します。`,
                "既存のマシンでは `slmgr /rearm` を実行し、再起動してから `slmgr /ato` を実行します。",
                "その前に `slmgr /dlv` で残りの rearm 回数を確認します。/rearm のたびに 1 回減ります。",
              ],
        cost: "rearm すると認証がリセットされ、再び認証されるまで猶予期間または通知モードになります。Windows では再起動が必要で、回数には限りがあります。",
        undo: () => "rearm は取り消せません。古い CMID が必要になることはありません。",
        verify: () =>
          "各マシンの `/dlv` の CMID が異なり、要求したマシンの数だけ現在の数が増えることを確認します。",
      },
    },
  },

  commands: (_, system) =>
    system === "muster"
      ? ["muster rearm", "muster ato"]
      : [
          "cscript //nologo slmgr.vbs /dlv",
          "cscript //nologo slmgr.vbs /rearm",
          "shutdown /r /t 0",
          "cscript //nologo slmgr.vbs /ato",
        ],
});

/** As H10, and the image was generalized: SkipRearm kept the CMID all the same. */
export const skipRearm = defineCause<Facts>({
  id: "H11",
  name: "duplicate-cmid-skip-rearm",
  link: "count",
  owner: "imaging",
  // Muster has no such setting: an image of it that was sealed wrongly is H10.
  systems: ["kms"],
  links: [
    ...LINKS,
    "https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/windows-activation-duplicate-client-machine-id",
  ],
  explains: ["H08", "H13", "H22", "C28"],
  lookalikes: [
    {
      id: "H10",
      test: {
        en: "Panther's setupact.log: without GENERALIZE the image was never prepared.",
        ja: "Panther の setupact.log に GENERALIZE がなければ、イメージは一般化されていません。",
      },
    },
  ],

  judge(the) {
    return judgeClones(the, (skipped, generalized) => skipped !== undefined || generalized !== undefined);
  },

  words: {
    en: {
      title: "Cloned machines share one CMID, because SkipRearm kept sysprep from making new ones",
      why: ({ machines, cmids, names, largest }) =>
        `${machines} machines (${list(names)}) share ${cmids === 1 ? "one CMID" : `${cmids} CMIDs`}, used side by side${cmids === 1 ? "" : `, ${largest} of them one and the same`}, though the image was generalized: SkipRearm left the CMID as it was.`,
      about:
        "With SkipRearm=1 in the unattend file or the registry, sysprep /generalize leaves the licensing state alone, and so the CMID. It is set so that test images do not use up their rearms, and is forgotten. Server images of the Azure Marketplace are built that way. While it is set, /rearm does nothing either.",
      remedy: {
        steps: () => [
          "Set SkipRearm to 0 on the machines, and take it out of the image's unattend file.",
          "Then `slmgr /rearm`, restart, `slmgr /ato`.",
          "Build the image anew without SkipRearm.",
        ],
        cost: "A rearm resets the activation until the next /ato, needs a restart, and the number of rearms is limited.",
        undo: () => "Set SkipRearm to 1 again; a rearm itself cannot be taken back.",
        verify: () => "The CMID in `slmgr /dlv` has changed, and the current count rises.",
      },
    },
    ja: {
      title: "SkipRearm のため sysprep が新しい CMID を作らず、複製されたマシンが同じ CMID を使っています",
      why: ({ machines, cmids, names, largest }) =>
        `${machines} 台 (${list(names)}) が ${cmids} 個の CMID を同時に使っています${cmids === 1 ? "" : `。最も多いものは 1 個の CMID を ${largest} 台で共有しています`}。イメージは一般化されていますが、SkipRearm が CMID をそのまま残しました。`,
      about:
        "応答ファイルまたはレジストリで SkipRearm=1 になっていると、sysprep /generalize はライセンスの状態に手を付けず、CMID も残ります。テスト用のイメージで rearm を使い切らないために設定され、そのまま忘れられがちです。Azure Marketplace のサーバー イメージもこの設定で作られています。設定されている間は /rearm も効きません。",
      remedy: {
        steps: () => [
          "マシンの SkipRearm を 0 にし、イメージの応答ファイルからも取り除きます。",
          "`slmgr /rearm` を実行し、再起動してから `slmgr /ato` を実行します。",
          "SkipRearm なしでイメージを作り直します。",
        ],
        cost: "rearm すると次の /ato まで認証がリセットされ、再起動が必要です。回数には限りがあります。",
        undo: () => "SkipRearm を 1 に戻します。rearm そのものは取り消せません。",
        verify: () => "`slmgr /dlv` の CMID が変わり、現在の数が増えることを確認します。",
      },
    },
  },

  commands: (_, system) =>
    system === "muster"
      ? ["muster rearm", "muster ato"]
      : [
          'reg add "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform" /v SkipRearm /t REG_DWORD /d 0 /f',
          "cscript //nologo slmgr.vbs /rearm",
          "shutdown /r /t 0",
          "cscript //nologo slmgr.vbs /ato",
        ],
});

type Fits = (skipped: Place | undefined, generalized: Fact<string> | undefined) => boolean;

/** What H10 and H11 share: clones in a log; sysprep's log and SkipRearm say which of the two it is. */
function judgeClones(the: Case, fits: Fits): Judgement<Facts> {
  const populations = the.hosts.flatMap(({ population }) => population ?? []);
  if (populations.length === 0) return notEvaluated("host-log");
  const clones = populations.flatMap((population) => clonesOf(the.evidence, population));
  if (clones.length === 0) {
    return ruledOut(
      "No CMID in the host's log is used by two machines at the same time.",
      "ホストのログに、2 台以上が同時に使っている CMID はありません。",
    );
  }
  const { evidence } = the;
  const runs = evidence.sysprep.filter(({ finished, options }) => finished || options.length > 0);
  const generalized = runs
    .flatMap(({ options }) => options)
    .find(({ value }) => value.toUpperCase() === "GENERALIZE");
  const skipped =
    evidence.registry.find(({ name, value }) => name.toLowerCase() === "skiprearm" && Number(value) === 1)
      ?.at ?? evidence.sysprep.find(({ skipRearm: fact }) => fact?.value)?.skipRearm?.at;
  // Muster has no sysprep to ask: a CMID in use by two is a copied folder.
  const isKnown = the.system === "muster" || skipped !== undefined || runs.length > 0;
  if (!fits(skipped, generalized)) {
    return isKnown
      ? ruledOut(
          generalized === undefined
            ? "Sysprep's log shows no GENERALIZE, so that SkipRearm had nothing to skip."
            : "The image was generalized, as sysprep's log shows.",
          generalized === undefined
            ? "sysprep のログに GENERALIZE がないため、SkipRearm の影響ではありません。"
            : "sysprep のログによると、イメージは一般化されています。",
        )
      : notEvaluated("panther", "registry");
  }
  return seen({
    verdict: isKnown ? "confirmed" : "likely",
    severity: hurts(the, clones) ? "error" : "warning",
    facts: factsOf(
      clones,
      runs.flatMap(({ options }) => options.map(({ value }) => value)),
    ),
    evidence: [
      ...clones.slice(0, 1).flatMap(({ places }) => places),
      ...(skipped === undefined ? [] : [skipped]),
      ...runs.slice(0, 1).flatMap(({ options }) => options.slice(0, 3).map(({ at }) => at)),
      ...the.hosts.flatMap(({ report }) => report?.host?.count?.at ?? []),
      ...clones.slice(1, 2).flatMap(({ places }) => places),
    ].slice(0, 8),
    affects: [...new Set(clones.flatMap(({ names }) => names))],
    wants: isKnown ? [] : ["panther", "registry"],
  });
}

/** Whether clones, or others for want of a count, are not activated. */
function hurts({ clients }: Case, clones: readonly Clones[]): boolean {
  const cloned = new Set(clones.flatMap(({ names }) => names));
  return clients.some(
    ({ state, failure, label }) =>
      state === "notActivated" && (failure?.code === 0xc004f038 || cloned.has(label.split(".")[0] ?? "")),
  );
}

function factsOf(clones: readonly Clones[], options: readonly string[]): Facts {
  const names = [...new Set(clones.flatMap((each) => each.names))];
  return {
    clusters: clones.length,
    machines: names.length,
    cmids: clones.length,
    names,
    largest: clones[0]?.names.length ?? 0,
    options: [...new Set(options)],
  };
}
