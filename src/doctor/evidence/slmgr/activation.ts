import { localTime } from "../local-time.ts";
import type { Expiry, Status } from "../model.ts";
import { labelOf } from "./labels.ts";
import type { WholeLine } from "./line.ts";
import { code, guid } from "./values.ts";
import { saysPermanent, saysSuccess, statusNamed } from "./words.ts";

/** The line that slmgr prints before it tries: `Activating NAME (ID) ...`, in any language. */
export function activating({ text }: WholeLine): { product: string; name: string } | undefined {
  const id = /\(([^()\s]{36})\)/.exec(text);
  const product = guid(id?.[1] ?? "");
  if (id === null || product === undefined || !/(?:\.\.|…)$/.test(text.trimEnd())) return undefined;
  const before = text.slice(0, id.index).trim();
  const start = before.search(/Windows|Microsoft|Office/);
  const name = /^Activating\s/.test(before)
    ? before.replace(/^Activating\s+/, "")
    : before.slice(Math.max(0, start));
  return { product, name };
}

/** How an attempt ended by a line behind it: an HRESULT, 0 for success; undefined when the line does not tell. */
export function outcome({ text }: WholeLine): number | undefined {
  return code(text) ?? (labelOf(text) === undefined && saysSuccess(text) ? 0 : undefined);
}

const ERROR = /^\s*\p{L}{3,12}\s?[:：]\s*[0O]x[0-9A-FOlI]{8}(?![0-9A-Fa-f])/u;
/** Words of the messages of licensing, whose subject no language translates or that are known here. */
const LICENSING =
  /KMS|Software Licensing|elevated privileges|ソフトウェア ライセンス|软件授权|slui\.exe|Lizenzierung|licen[cs]|лиценз/i;

/** Whether a line is an error as slmgr prints it: `Error: 0xC004F074 The Software Licensing Service ...`. */
export function isError({ text }: WholeLine): boolean {
  return ERROR.test(text);
}

/** Whether a line calls itself an error in a language that is known here. */
export function isNamedError({ text }: WholeLine): boolean {
  return /^\s*(?:Error|エラー|错误|錯誤|Fehler|Erreur|Errore|Erro|Ошибка|오류|Fout|Fel|Fejl|Feil|Chyba|Hata|Błąd)\s?[:：]/i.test(
    text,
  );
}

/** Whether slmgr found no product with a key, which it says without a code. */
export function saysKeyMissing({ text }: WholeLine): boolean {
  return /^\s*(?:Error|エラー)\s?[:：]\s*(?:product key not found|プロダクト キーが見つかりません)/i.test(
    text,
  );
}

/** The code of licensing that Muster's commands print behind their errors: `muster: This key is blocked. (0xC004F051)`. */
export function musterError({ text }: WholeLine): number | undefined {
  const [, written] = /^muster: .{1,500}\((0xC004[0-9A-F]{4})\)$/.exec(text.trim()) ?? [];
  return written === undefined ? undefined : Number(written);
}

/** Whether the message of an error is one of licensing. */
export function isLicensing({ text }: WholeLine): boolean {
  return LICENSING.test(text);
}

const EXPIRES =
  /^(?:Unlicensed|(?:Volume|Timebased|Automatic VM) activation will expire|The machine is permanently|(?:Initial|Additional|Non-genuine|Extended) grace period ends|.{1,80} is in Notification mode)/;

/** `/xpr`: a name with a colon, and a line that says until when. */
export function expiry(name: WholeLine, line: WholeLine): Omit<Expiry, "origin"> | undefined {
  const named = /^(\s*\S.{2,120})[:：]\s*$/.exec(name.text);
  const text = line.text.trim();
  if (named === null || /[:：]$/.test(text)) return undefined;
  const isKnown = EXPIRES.test(text);
  if (!isKnown && !/edition$/.test(named[1] ?? "")) return undefined;
  const end = localTime(afterWords(text));
  const permanent = saysPermanent(text);
  const status = statusOf(text);
  if (!isKnown && end === undefined && !permanent && status === undefined) return undefined;
  return {
    at: line.at,
    permanent,
    ...(permanent ? { status: 1 as const } : status === undefined ? {} : { status }),
    ...(end === undefined ? {} : { end }),
  };
}

/** What is behind the words, where the date stands in most languages; all of it when no digits follow. */
function afterWords(text: string): string {
  const at = text.search(/\d/);
  return at < 0 ? text : text.slice(at);
}

function statusOf(text: string): Status | undefined {
  if (
    /expire|期限|过期|到期|läuft|expir|caduc|истек/i.test(text) &&
    /volum|ボリューム|批量|大量|timebased|VM/i.test(text)
  )
    return 1;
  return statusNamed(text);
}
