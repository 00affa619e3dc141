/** What a label in front of a part of an event stands for; `other` for parts that are not needed. */
export type LabelName =
  | "channel"
  | "provider"
  | "time"
  | "id"
  | "level"
  | "computer"
  | "record"
  | "message"
  | "other";

/** Labels of Event Viewer in several languages and names of properties in PowerShell, lower case, without blanks. */
const LABELS: Readonly<Record<LabelName, string>> = {
  channel:
    "logname ログの名前 ログ名 protokollname nomdujournal nombrederegistro nomeregistro 日志名称 로그이름",
  provider: "source providername ソース quelle origen origine fonte 来源 원본",
  time: "date timecreated timegenerated dateandtime logged 日付 日付と時刻 ログの日付 datum fecha data 日期 날짜",
  id: "eventid id イベントid ereignis-id id.deevento id.delevento idévénement iddel’événement idevento 事件id 이벤트id",
  level: "level leveldisplayname entrytype レベル ebene niveau nivel livello 级别 수준",
  computer: "computer machinename コンピューター コンピュータ ordinateur equipo 计算机 컴퓨터",
  record: "recordid eventrecordid index",
  message: "description message 説明 beschreibung descripción descrizione 描述 설명",
  other:
    "taskcategory task taskdisplayname keywords keywordsdisplaynames user userid opcode opcodedisplayname version qualifiers providerid processid threadid activityid relatedactivityid containerlog matchedqueryids bookmark properties category categorynumber instanceid replacementstrings timewritten username data タスクのカテゴリ キーワード ユーザー オペコード aufgabenkategorie schlüsselwörter benutzer catégoriedelatâche motsclés utilisateur",
};

const NAMES = new Map(
  Object.entries(LABELS).flatMap(([name, labels]) =>
    labels.split(" ").map((label) => [label, name as LabelName]),
  ),
);

/** A line that begins with a label. */
export interface LabelledLine {
  readonly name: LabelName;
  readonly value: string;
  /** Columns before the label. */
  readonly indent: number;
  /** The way of PowerShell's `Format-List`: a blank on both sides of the colon, what follows is indented. */
  readonly list: boolean;
}

/** The label that a line begins with; undefined when there is none of an event. */
export function labelOf(line: string): LabelledLine | undefined {
  const head = line.slice(0, 64);
  const colon = head.search(/[:：]/);
  const end = colon >= 0 ? colon : gapIn(head);
  if (end < 0) return undefined;
  const label = head.slice(0, end);
  const name = NAMES.get(label.replace(/[\s\u3000]/g, "").toLowerCase());
  if (name === undefined) return undefined;
  const value = line.slice(colon >= 0 ? end + 1 : end).trim();
  const indent = label.length - label.trimStart().length;
  return { name, value, indent, list: colon > 0 && /\s$/.test(label) };
}

/** Where the colon would be that somebody's scanner did not see. */
function gapIn(head: string): number {
  const gap = /^\s{0,8}(?:Event ID|Log Name|Source|Computer)(?=\s{2,}\S)/i.exec(head);
  return gap === null ? -1 : gap[0].length;
}
