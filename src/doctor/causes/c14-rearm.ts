import { failureCode } from "../case/client.ts";
import { clonesOf } from "../case/clones.ts";
import { eventsOf, labelsOf, toldIn } from "../case/told.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { hresult, list, minute } from "../words.ts";

/** SL_E_REARM_LIMIT / REARM_LIMIT: the machine was rearmed as often as it may be. */
const REARM_LIMIT = 0xc004d307;
/** The trusted data store was rearmed: nothing works until the restart. */
const REARMED = 0xc004d302;
/** Muster: the clock was set back. */
const CLOCK_SET_BACK = new Set([12410]);
const CLOCK_SKEW = 0xc004f06c;

/**
 * The signs: 0xC004D307 from a rearm, or a count of 0 on machines that share a CMID and need one. A count of 0 alone harms
 * nobody: an activated machine is never rearmed.
 */
export const rearmExhausted = defineCause({
  id: "C14",
  name: "rearm-exhausted",
  link: "client",
  owner: "imaging",
  systems: ["kms", "muster"],
  links: ["https://learn.microsoft.com/windows-server/get-started/activation-slmgr-vbs-options"],
  explains: [],
  lookalikes: [
    {
      id: "H11",
      test: {
        en: "Read the count before and after: with SkipRearm=1 a rearm reports success, and neither count nor CMID change.",
        ja: "実行前後の回数を確認します。SkipRearm=1 では rearm が成功と表示されても、回数も CMID も変わりません。",
      },
    },
    {
      id: "C27",
      test: {
        en: "0xC004D302 is a rearm that waits for the restart, not one that is refused.",
        ja: "0xC004D302 は再起動を待っている状態で、rearm が拒否されたわけではありません。",
      },
    },
  ],

  judge(the) {
    const told = toldIn(the, new Set([REARM_LIMIT]));
    const spent = the.clients.filter(({ report }) => report?.rearmsLeft?.value === 0);
    if (told.length === 0 && spent.length === 0) {
      const left = the.clients.find(({ report }) => report?.rearmsLeft !== undefined)?.report?.rearmsLeft;
      return left === undefined
        ? notEvaluated("client-dlv")
        : ruledOut(`${left.value} rearms are left.`, `rearm は残り ${left.value} 回です。`, left.at);
    }
    const cloned = new Set(
      the.hosts.flatMap(({ population }) =>
        population === undefined ? [] : clonesOf(the.evidence, population).flatMap(({ names }) => names),
      ),
    );
    const needy = spent.filter(({ label }) => cloned.has(label.split(".")[0] ?? ""));
    const isBenign = told.length === 0 && needy.length === 0;
    const machines = [...new Set([...labelsOf(told), ...labelsOf(isBenign ? spent : needy)])];
    const isHurt = [...told.map(({ client }) => client), ...needy].some(
      (client) => client?.state !== "activated",
    );
    return seen({
      verdict: isBenign ? "benign" : "confirmed",
      severity: isBenign ? "info" : isHurt ? "error" : "warning",
      facts: { machines, isRefused: told.length > 0, isShared: needy.length > 0 },
      evidence: [
        ...told.map(({ at }) => at),
        ...spent.flatMap(({ report }) => report?.rearmsLeft?.at ?? []),
      ].slice(0, 8),
      affects: isBenign ? [] : machines,
    });
  },

  words: {
    en: {
      title: "The machine has been rearmed as often as it may be",
      why: ({ machines, isRefused, isShared }) =>
        isRefused
          ? `${list(machines)}: a rearm ended with 0xC004D307, no more are left.`
          : `${list(machines)}: the rearm count is 0${isShared ? ", while the machine shares its CMID with others and needs a new one" : "; as long as nobody wants to rearm it, this does no harm"}.`,
      about:
        "A rearm starts the licence anew and makes a new CMID. Windows allows a limited number of them for an installation, and Office counts its own. Images that were sealed again and again have used them up, and their copies cannot get a CMID of their own.",
      remedy: {
        steps: (_, system) =>
          system === "muster"
            ? [
                "Machines that share a CMID: let the host give them a new one, or install the client anew.",
                "Seal images without the client's folder, so that no rearm is needed.",
              ]
            : [
                "Build the image from a fresh installation, and seal it once.",
                "Office: an activation by a host gives one rearm back; activate the image before `ospprearm`.",
                "A machine that only has to be activated needs no rearm: `slmgr /ato`.",
              ],
        cost: "A new image, and machines that are set up anew.",
        undo: () => "Nothing is changed by this.",
        verify: () =>
          "`/dlv` of a machine from the new image shows a rearm count above 0 and a CMID of its own.",
      },
    },
    ja: {
      title: "rearm の回数を使い切っています",
      why: ({ machines, isRefused, isShared }) =>
        isRefused
          ? `${list(machines)}: rearm が 0xC004D307 で終わりました。残りの回数はありません。`
          : `${list(machines)}: rearm の残り回数は 0 です${isShared ? "。CMID がほかのマシンと共通のため、新しい CMID が必要です" : "が、rearm を行わない限り支障はありません"}。`,
      about:
        "rearm はライセンスを初期状態に戻し、新しい CMID を作ります。Windows ではインストールごとに回数の上限があり、Office は別に数えます。何度も封印し直したイメージは回数を使い切り、そのコピーは固有の CMID を得られません。",
      remedy: {
        steps: (_, system) =>
          system === "muster"
            ? [
                "CMID が重複しているマシンには、ホストから新しい CMID を割り当てるか、クライアントを入れ直します。",
                "rearm が不要になるよう、クライアントのフォルダーを含めずにイメージを封印します。",
              ]
            : [
                "新規インストールからイメージを作り直し、封印は 1 回だけにします。",
                "Office はホストで認証されると rearm が 1 回戻ります。イメージを認証してから `ospprearm` を実行します。",
                "認証するだけであれば rearm は不要です: `slmgr /ato`。",
              ],
        cost: "イメージの作り直しと、マシンの再展開が必要です。",
        undo: () => "この確認で変更されるものはありません。",
        verify: () =>
          "新しいイメージのマシンの `/dlv` で、rearm の残り回数が 1 以上あり、CMID が固有であることを確認します。",
      },
    },
  },

  commands: (_, system) =>
    system === "muster"
      ? ["muster dlv"]
      : ["cscript //nologo slmgr.vbs /dlv", "cscript //nologo slmgr.vbs /ato"],
});

/**
 * The signs: 0xC004D302 after a rearm, until the restart; the same after a virtual machine went back to a snapshot, where
 * Muster logs that the clock was set back (12410).
 */
export const rearmPending = defineCause({
  id: "C27",
  name: "rearm-pending-or-rolled-back",
  link: "client",
  owner: "client",
  systems: ["kms", "muster"],
  links: ["https://learn.microsoft.com/windows-server/get-started/activation-slmgr-vbs-options"],
  explains: ["C15", "C28", "C03"],
  lookalikes: [
    {
      id: "C15",
      test: {
        en: "Restart once: a pending rearm is over then, a damaged store is not.",
        ja: "一度再起動します。rearm の待ち状態は解消しますが、ストアの破損は解消しません。",
      },
    },
    {
      id: "C12",
      test: {
        en: "Compare the clock now: a machine that was rolled back and has synchronised since is right again.",
        ja: "現在の時計を比べます。スナップショットに戻った後で同期していれば、時計は合っています。",
      },
    },
  ],

  judge(the) {
    const told = toldIn(the, new Set([REARMED]));
    const back = the.clients.flatMap((client) => {
      const newest = eventsOf(the, client, CLOCK_SET_BACK).at(-1);
      const isOver = newest === undefined || newest.time <= (client.lastSuccess?.time ?? -Infinity);
      const isRefused = client.failing.some((each) => failureCode(each) === CLOCK_SKEW);
      // The host's refusal for the clock is a finding of its own.
      return isOver || isRefused ? [] : [{ client, label: client.label, event: newest }];
    });
    const [told1] = told;
    const [first] = back;
    if (told1 === undefined && first === undefined) return notEvaluated("client-dlv", "client-events");
    const clients = [...told.map(({ client }) => client), ...back.map(({ client }) => client)];
    return seen({
      verdict: told1 === undefined ? "likely" : "confirmed",
      severity: clients.every((client) => client?.state === "activated") ? "warning" : "error",
      facts: {
        machines: [...new Set([...labelsOf(told), ...labelsOf(back)])],
        code: told1 === undefined ? "" : hresult(told1.value),
        time: first === undefined ? "" : minute(first.event.time),
      },
      evidence: [...told.map(({ at }) => at), ...back.map(({ event }) => event.at)].slice(0, 8),
      affects: [...new Set([...labelsOf(told), ...labelsOf(back)])],
      wants: told1 === undefined ? ["clock"] : [],
    });
  },

  words: {
    en: {
      title: "A rearm waits for its restart, or the machine went back to a snapshot",
      why: ({ machines, code, time }) =>
        code === ""
          ? `${list(machines)}: the clock was set back (12410 at ${time} UTC), and nothing was activated since: as it is when a machine goes back to a snapshot.`
          : `${list(machines)}: ${code} says that the trusted store was rearmed and that the machine has not been restarted since.`,
      about:
        "After a rearm the licensing service refuses to work until the machine is restarted. A virtual machine that goes back to a snapshot, or an image that is sealed while a rearm waits, comes up in the same state. Commands fail one after the other, and look like a damaged store.",
      remedy: {
        steps: (_, system) =>
          system === "muster"
            ? [
                "Set the clock right and keep it synchronised; after a snapshot the hypervisor's clock counts.",
                "Activate: `muster ato`.",
              ]
            : [
                "Restart the machine.",
                "Activate: `slmgr /ato`.",
                "In image builds: restart between the rearm and whatever follows, and do not rearm twice.",
              ],
        cost: "A restart on Windows.",
        undo: () => "Nothing to undo.",
        verify: (_, system) =>
          system === "muster"
            ? "`muster dlv` shows License Status: Licensed."
            : "`slmgr /dlv` works again and shows License Status: Licensed.",
      },
    },
    ja: {
      title: "rearm 後の再起動待ち、またはスナップショットに戻した状態です",
      why: ({ machines, code, time }) =>
        code === ""
          ? `${list(machines)}: 時計が戻され (${time} UTC の 12410)、その後は認証されていません。スナップショットに戻したときに見られる状態です。`
          : `${list(machines)}: ${code} は、信頼されたストアが rearm され、その後再起動されていないことを示します。`,
      about:
        "rearm の後、ライセンス サービスは再起動するまで動作しません。スナップショットに戻した仮想マシンや、rearm の待ち状態で封印したイメージも同じ状態で起動します。コマンドが次々に失敗するため、ストアの破損のように見えます。",
      remedy: {
        steps: (_, system) =>
          system === "muster"
            ? [
                "時計を合わせ、同期を保ちます。スナップショットの後はハイパーバイザーの時計も確認します。",
                "ライセンス認証を行います: `muster ato`。",
              ]
            : [
                "マシンを再起動します。",
                "ライセンス認証を行います: `slmgr /ato`。",
                "イメージの作成では、rearm の後に必ず再起動し、rearm を 2 回続けて実行しないようにします。",
              ],
        cost: "Windows では再起動が必要です。",
        undo: () => "元に戻すものはありません。",
        verify: (_, system) =>
          system === "muster"
            ? "`muster dlv` がライセンス済みになることを確認します。"
            : "`slmgr /dlv` が再び動作し、ライセンス済みになることを確認します。",
      },
    },
  },

  commands: (_, system) =>
    system === "muster"
      ? ["chronyc tracking", "muster ato"]
      : ["shutdown /r /t 60", "cscript //nologo slmgr.vbs /ato"],
});
