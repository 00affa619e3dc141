import { hresult } from "../words.ts";
import { dayStamp } from "./stamps.ts";
import type { Words } from "./words.ts";

const number = (value: number) => value.toLocaleString("ja");
const machines = (count: number) => `${number(count)} 台`;
const pool = (name: string) => (name === "" ? "不明な製品" : name);

export const japanese: Words = {
  language: "ja",
  title: "KMS クライアント",
  compareTitle: "旧 KMS ホストから新 KMS ホストへ",
  hostLog: "ホストのログ",
  clientsOf: (hosts) => `${hosts} のクライアント`,
  unnamedHost: "ログに名前のないホスト",
  span: (first, last, days) => `${first} ～ ${last}（${days} 日間）`,
  zoneOpen: "時刻は記録のまま（タイム ゾーンは不明）",
  utc: "UTC",
  short: (days) => `ログの期間が更新間隔（${days} 日）より短いため、記録がないことは何の証拠にもなりません。`,
  selected: "ファイルには期間中のイベントの一部しかないため、記録がないことは何の証拠にもなりません。",
  interval: (days, stated) =>
    stated
      ? `更新間隔は ${days} 日です（証拠の記載による）。`
      : `更新間隔は Microsoft の既定値の ${days} 日とみなしています。`,
  repeated: (count) => `${count} 件の要求は複数のファイルにあり、1 回だけ数えました。`,
  undated: (count) => `${count} 件の要求には時刻がなく、グラフに含まれません。`,
  machines: "コンピューター",
  machine: "コンピューター",
  requests: "要求",
  failed: "拒否",
  virtual: "仮想",
  physical: "物理",
  virtualHint: "コンピューターの自己申告。Microsoft の文書では未使用の項目です",
  products: "製品",
  product: "製品",
  unknownProduct: (id) => `不明: ${id}`,
  required: "必要数",
  failures: "拒否された要求",
  code: "コード",
  meaning: "意味",
  lastSeen: "最終要求",
  firstSeen: "最初の要求",
  state: "ライセンスの状態",
  condition: "状況",
  expires: "期限",
  next: "次回予定",
  cmid: "CMID",
  cmids: "CMID",
  names: "名前",
  host: "ホスト",
  counts: "過去 30 日間の CMID の数",
  pool: "カウントの単位",
  otherPool: "不明",
  now: "現在",
  highest: "最大",
  cap: "カウントの上限",
  countsHint: "ログの最初の 30 日間は 0 から数え始めます。それ以前の分はログにありません。",
  sharedCmids: "複数の名前で使われている CMID",
  cluster: ({ verdict, members, prefix }) => {
    const who = machines(members.length);
    const alike = prefix.length > 2 ? `（名前はすべて ${prefix}… で始まる）` : "";
    if (verdict === "overlapping")
      return `${who}が交互に使用${alike}: 一般化されていないイメージの複製です。1 台として数えられます`;
    if (verdict === "sequential") return `${who}が順に使用: 名前の変更か再展開で、問題ありません`;
    return `${who}${alike}: 複製か名前の変更かを判断するにはログが早く終わりすぎています`;
  },
  severalCmids: "複数の CMID を使うコンピューター",
  change: ({ verdict, cmids }) =>
    verdict === "alternating"
      ? `${cmids.length} 個の CMID を交互に使用: 同名の 2 台か、復元されるスナップショットです`
      : `${cmids.length} 個の CMID を順に使用: rearm か再展開で、問題ありません`,
  requestsPerDay: "1 日ごとの要求",
  requestsPerWeek: "1 週ごとの要求",
  hoursOfDay: "時間帯ごとの要求",
  answered: "応答",
  refused: "拒否",
  countOverTime: (name) => `30 日間の CMID の数: ${pool(name)}`,
  statesAsked: "要求時のライセンスの状態",
  needAttention: (some, all) => `対応が必要なコンピューター: ${all} 台中 ${some} 台`,
  nobodyNeedsAttention: "対応が必要なコンピューターはありません。",
  more: (count, how) => `ほかに ${count} 台（${how} ですべて表示）`,
  all: "すべて",
  conditions: {
    failing: "拒否",
    "not-activated": "未認証",
    expired: "期限切れ",
    overdue: "更新なし",
    new: "新規",
    ok: "正常",
    replaced: "置き換え",
    renamed: "名前変更",
  },
  conditionHints: {
    failing: "最後の要求をホストが拒否しました。",
    "not-activated":
      "ホストは応答しましたが、ライセンスされないまま再び要求しています。多くはカウントの不足です。",
    expired: "更新間隔の 2 倍を超えて記録がなく、その間にライセンス認証の期限が切れました。",
    overdue: "ログは続いていますが、更新間隔の 2 倍を超えて記録がありません。",
    new: "過去 30 日間に初めて現れました。",
    ok: "予定どおり更新しています。",
    replaced: "別のエディションで続いています。",
    renamed: "別の名前で続いています。",
  },
  why: ({ condition, code, first, last, renamedTo }, ends) => {
    const days = number(Math.floor((ends - last) / 86_400_000));
    switch (condition) {
      case "failing":
        return `${hresult(code)} で拒否`;
      case "not-activated":
        return "応答後も未認証のまま再要求";
      case "expired":
        return `${days} 日間記録なし、期限切れ`;
      case "overdue":
        return `${days} 日間記録なし`;
      case "new":
        return `${dayStamp(first)} から新規`;
      case "renamed":
        return `現在は ${renamedTo ?? "別の名前"}`;
      case "replaced":
        return "別のエディションで継続";
      case "ok":
        return "正常";
    }
  },
  states: [
    "ライセンスなし",
    "ライセンス済み",
    "初期猶予期間",
    "追加猶予期間",
    "非正規の猶予期間",
    "通知",
    "延長猶予期間",
  ],
  codes: {
    3221549164: "クライアントとホストの時刻が 4 時間を超えてずれています。",
    3221549122: "ホストのキーはこの製品に対応していません。",
    3221549121: "ホスト自身がライセンス認証されていません。",
    3221549113: "要求先は KMS ホストではありません。",
    3221549112: "ホストのカウントが不足しています。",
    3221549077: "ホストのキーはクライアント Windows 専用です。",
    3221549136: "プロダクト キーが無効です。",
    2147942487: "要求の形式が正しくありません。",
  },
  oldHost: "旧ホスト",
  newHost: "新ホスト",
  lastAtOld: "旧での最終要求",
  firstAtNew: "新での最初の要求",
  lastAtNew: "新での最終要求",
  move: "移行",
  movedAt: "移行日",
  moves: {
    old: "旧のまま",
    failing: "新が拒否",
    gone: "どちらにもなし",
    moved: "移行済み",
    "only-new": "新のみ",
  },
  moveHints: {
    old: "最後の要求は旧ホストに送られました。",
    failing: "新ホストに要求していますが、拒否されています。",
    gone: "更新間隔の 2 倍を超えて、どちらのホストにも記録がありません。",
    moved: "最後の要求は新ホストに送られました。",
    "only-new": "旧ホストのログには記録がありません。",
  },
  switchOff: {
    now: "旧ホストは停止できます。要求を続けているコンピューターはすべて新ホストを使っています。",
    "not-yet": "旧ホストはまだ停止できません。",
    unknown: "これらのログからは、旧ホストを停止できるかどうか判断できません。",
  },
  reason: (reason) => {
    switch (reason.what) {
      case "old":
        return `${machines(reason.count)}がまだ旧ホストに要求しています。DNS、または slmgr /skms で設定した名前を新ホストに向けてください。`;
      case "failing":
        return `${machines(reason.count)}が新ホストに要求し、拒否されています。`;
      case "gone":
        return `${machines(reason.count)}は更新間隔の 2 倍を超えてどちらのホストにも記録がありません。停止の妨げにはなりませんが、slmgr /skms で旧ホストの名前が設定されたものが戻ると、新ホストを見つけられません。`;
      case "count-too-low":
        return `新ホストの ${pool(reason.pool)} のカウントは ${reason.count} 台で、${reason.required} 台必要です。`;
      case "same-host":
        return `両方のログが ${reason.host} のものです。`;
      case "old-log-ends-early":
        return `旧ホストのログは新ホストのログより ${reason.count} 日早く終わっています。同じ日に両方をエクスポートしてください。`;
      case "new-log-ends-early":
        return `新ホストのログは旧ホストのログより ${reason.count} 日早く終わっています。同じ日に両方をエクスポートしてください。`;
    }
  },
  lookAgain: (when) =>
    `旧ホストを使うものはすべて ${when} までに次の要求の予定です。その後に再び比較してください。`,
  firstExpiry: (when) => `そのうち最初にライセンス認証の期限が切れるのは ${when} です。`,
  number,
  share: (part, whole) => `${whole} 中 ${part}`,
};
