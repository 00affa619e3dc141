import type { CaseVerdict } from "../assess.ts";
import type { Language, Link, Owner, Severity, Verdict } from "../cause.ts";

/** Every word of a report that is not a cause's own. */
export interface Labels {
  readonly verdicts: Readonly<Record<CaseVerdict, { readonly name: string; readonly says: string }>>;
  readonly findings: Readonly<Record<Verdict, string>>;
  readonly severities: Readonly<Record<Severity, string>>;
  readonly links: Readonly<Record<Link, string>>;
  readonly owners: Readonly<Record<Owner, string>>;
  readonly chainStates: Readonly<Record<"ok" | "broken" | "unknown", string>>;
  readonly chain: string;
  readonly proof: string;
  readonly record: string;
  readonly line: string;
  readonly affects: string;
  readonly remedy: string;
  readonly by: string;
  readonly commands: string;
  readonly cost: string;
  readonly undo: string;
  readonly verify: string;
  readonly lookalikes: string;
  readonly links_: string;
  readonly also: string;
  /** Heading over findings that fit as others do. */
  readonly possible: string;
  readonly harmless: string;
  readonly ruledOut: string;
  readonly notEvaluated: string;
  readonly missing: string;
  /** Between two sentences of which the first has no end. */
  readonly stop: string;
  readonly evidence: string;
  readonly file: string;
  readonly kind: string;
  readonly role: string;
  readonly machine: string;
  readonly records: string;
  readonly host: string;
  readonly client: string;
  readonly nothingFound: string;
  readonly more: (count: number) => string;
  readonly files: (count: number, machines: number) => string;
  readonly title: string;
}

/** The words of reports in each language. */
export const LABELS: Readonly<Record<Language, Labels>> = {
  en: {
    verdicts: {
      healthy: { name: "healthy", says: "The evidence suffices to say that nothing is wrong." },
      degraded: {
        name: "degraded",
        says: "Every client in evidence is or gets activated, but something is broken that costs time now or activation later.",
      },
      failing: {
        name: "failing",
        says: "Something in evidence is not activated, and stays so until the cause is cured.",
      },
      incomplete: { name: "incomplete", says: "The evidence does not decide; what would is listed below." },
    },
    findings: { confirmed: "confirmed", likely: "likely", possible: "possible", benign: "harmless" },
    severities: { critical: "critical", error: "error", warning: "warning", notice: "notice", info: "info" },
    links: { client: "client", dns: "DNS", network: "network", host: "host", key: "key", count: "count" },
    owners: {
      dns: "whoever runs DNS",
      network: "whoever runs the network",
      imaging: "whoever makes the images",
      licensing: "whoever holds the volume licences",
      host: "whoever runs the host",
      client: "whoever runs the client",
      cloud: "whoever runs the cloud network",
      security: "whoever answers for security",
      nobody: "nobody: there is nothing to do",
    },
    chainStates: { ok: "fine", broken: "broken here", unknown: "not shown" },
    chain: "The way of a request",
    proof: "Proof",
    record: "record",
    line: "line",
    affects: "Affects",
    remedy: "What to do",
    by: "by",
    commands: "Commands",
    cost: "Mind",
    undo: "To take it back",
    verify: "Then check",
    lookalikes: "What it is taken for",
    links_: "Read more",
    also: "Also found",
    possible: "Possible",
    harmless: "Harmless",
    ruledOut: "Not the cause",
    notEvaluated: "Could not be judged",
    missing: "What would decide",
    stop: ". ",
    evidence: "Evidence",
    file: "file",
    kind: "kind",
    role: "role",
    machine: "machine",
    records: "records",
    host: "host",
    client: "client",
    nothingFound: "Nothing is wrong.",
    more: (count) => `and ${count} more; -v shows all`,
    files: (count, machines) =>
      `${count} ${count === 1 ? "file" : "files"}, ${machines} ${machines === 1 ? "machine" : "machines"}`,
    title: "Diagnosis of volume activation",
  },
  ja: {
    verdicts: {
      healthy: { name: "正常", says: "この証拠から、問題がないと言えます。" },
      degraded: {
        name: "要注意",
        says: "証拠にあるクライアントはすべて認証済みか、認証されます。ただし、いま時間を取られるか、将来の認証が失敗する不具合があります。",
      },
      failing: { name: "障害", says: "認証されていないものがあり、原因を取り除くまで認証されません。" },
      incomplete: { name: "判断不能", says: "この証拠だけでは決められません。必要な証拠を下に示します。" },
    },
    findings: { confirmed: "確定", likely: "有力", possible: "可能性あり", benign: "問題なし" },
    severities: { critical: "重大", error: "エラー", warning: "警告", notice: "注意", info: "情報" },
    links: {
      client: "クライアント",
      dns: "DNS",
      network: "ネットワーク",
      host: "ホスト",
      key: "キー",
      count: "現在の数",
    },
    owners: {
      dns: "DNS の管理者",
      network: "ネットワークの管理者",
      imaging: "イメージの作成者",
      licensing: "ボリューム ライセンスの管理者",
      host: "ホストの管理者",
      client: "クライアントの管理者",
      cloud: "クラウド ネットワークの管理者",
      security: "セキュリティの責任者",
      nobody: "なし (対処は不要です)",
    },
    chainStates: { ok: "正常", broken: "ここで切れています", unknown: "証拠なし" },
    chain: "要求の経路",
    proof: "根拠",
    record: "レコード",
    line: "行",
    affects: "影響",
    remedy: "対処",
    by: "担当",
    commands: "コマンド",
    cost: "注意",
    undo: "元に戻すには",
    verify: "確認",
    lookalikes: "間違えやすい原因",
    links_: "参考",
    also: "その他の検出",
    possible: "可能性のあるもの",
    harmless: "問題のないもの",
    ruledOut: "原因ではないもの",
    notEvaluated: "判定できなかったもの",
    missing: "次に必要な証拠",
    stop: "。",
    evidence: "証拠",
    file: "ファイル",
    kind: "種類",
    role: "役割",
    machine: "マシン",
    records: "件数",
    host: "ホスト",
    client: "クライアント",
    nothingFound: "問題はありません。",
    more: (count) => `ほか ${count} 件 (-v ですべて表示)`,
    files: (count, machines) => `${count} ファイル、${machines} 台`,
    title: "ボリューム ライセンス認証の診断",
  },
};
