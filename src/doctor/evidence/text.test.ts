import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { encodingOf } from "./encoding.ts";
import { readText } from "./text.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const texts = (bytes: Uint8Array) => readText("a.txt", bytes).lines.map(({ text }) => text);

function utf16(text: string, little: boolean): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < text.length; at += 1) view.setUint16(at * 2, text.charCodeAt(at), little);
  return bytes;
}

const hex = (digits: string) =>
  Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
/** "ライセンスの状態: 通知" in code page 932 and in EUC-JP, then "许可证状态: 通知" in 936, "Gültig für Büro" in 1252 and in 850. */
const JAPANESE = hex("8389834383 5a83938358 82cc8ff391d43a20 92ca926d".replaceAll(" ", ""));
const EUC_JP = hex("a5e9a5a4a5bba5f3a5b9a4cebef5c2d63a20c4ccc3ce");
const CHINESE = hex("d0edbfc9d6a4d7b4ccac3a20cda8d6aa");
const GERMAN = hex("47fc6c7469672066fc722042fc726f");
const FRENCH = hex("5479706520649261637469766174696f6ea03a206492696369a03a20e9746174a03a20e963686f75e9");
const CONSOLE = hex("47816c7469672066817220428172 6f".replaceAll(" ", ""));

describe("bytes become lines", () => {
  const japanese = "ライセンスの状態: 通知\r\nプロダクト キーの一部: 6XYZK\r\n";
  const cases: readonly (readonly [string, Uint8Array, string, readonly string[]])[] = [
    ["plain ASCII", bytesOf("a\nb"), "utf-8", ["a", "b"]],
    ["UTF-8 with a mark", bytesOf("\ufeffé\r\n"), "utf-8", ["é", ""]],
    ["UTF-8 cut in a character", bytesOf("né").slice(0, 2), "utf-8", ["n"]],
    ["UTF-8 cut in a character of three bytes", bytesOf("状態").slice(0, 5), "utf-8", ["状"]],
    ["UTF-16 with a mark", utf16("\ufeffa\r\nb", true), "utf-16le", ["a", "b"]],
    ["big-endian UTF-16 with a mark", utf16("\ufeffa\r\nb", false), "utf-16be", ["a", "b"]],
    ["UTF-16 without a mark", utf16("Name: x", true), "utf-16le", ["Name: x"]],
    ["big-endian UTF-16 without a mark", utf16("Name: x", false), "utf-16be", ["Name: x"]],
    ["UTF-16 without a mark, in Japanese", utf16(japanese, true), "utf-16le", [...japanese.split("\r\n")]],
    ["UTF-16 cut in a character", utf16("\ufeffab", true).slice(0, 5), "utf-16le", ["a"]],
    ["code page 932", JAPANESE, "shift_jis", ["ライセンスの状態: 通知"]],
    ["code page 932 cut in a character", JAPANESE.slice(0, -1), "shift_jis", ["ライセンスの状態: 通"]],
    ["EUC-JP", EUC_JP, "euc-jp", ["ライセンスの状態: 通知"]],
    ["code page 936", CHINESE, "gbk", ["许可证状态: 通知"]],
    ["Latin-1", GERMAN, "windows-1252", ["Gültig für Büro"]],
    [
      "Latin-1 with apostrophes and blanks before colons",
      FRENCH,
      "windows-1252",
      ["Type d’activation : d’ici : état : échoué"],
    ],
    ["code page 850", CONSOLE, "ibm850", ["Gültig für Büro"]],
    [
      "zero bytes among text",
      bytesOf("a\0b and a long line of other things".repeat(20)),
      "utf-8",
      ["ab and a long line of other things".repeat(20)],
    ],
    ["nothing", new Uint8Array(), "utf-8", [""]],
  ];
  for (const [name, bytes, encoding, lines] of cases) {
    test(name, () => {
      expect(encodingOf(bytes)).toBe(encoding as ReturnType<typeof encodingOf>);
      if (lines.length > 0) expect(texts(bytes)).toEqual([...lines]);
    });
  }

  test("a broken byte does not make another encoding of UTF-8", () => {
    const bytes = bytesOf("ライセンスの状態: 通知");
    bytes[1] = 0x41;
    expect(encodingOf(bytes)).toBe("utf-8");
  });

  test("line ends of every kind count one each", () => {
    expect(texts(bytesOf("a\nb\r\nc\r\r\nd\re"))).toEqual(["a", "b", "c", "d", "e"]);
  });

  test("what mail and terminals put before a line is taken away", () => {
    expect(texts(bytesOf("> a\n>> b\n> > c\n>\n>   d"))).toEqual(["a", "b", "c", "", "  d"]);
    expect(texts(bytesOf("| a\n|   b\n|"))).toEqual(["a", "  b", ""]);
    expect(texts(bytesOf("\x1b[32mgreen\x1b[0m"))).toEqual(["green"]);
  });

  test("tables, prompts and lone bars stay as they are", () => {
    const lines = ["| a | b |", "| - | - |", "PS C:\\> x", "| y"];
    expect(texts(bytesOf(lines.join("\n")))).toEqual(lines);
  });

  test("invisible marks go and blanks that do not break become blanks", () => {
    expect(texts(bytesOf("\u200e4/\u200e10/\u200e2025 3:15\u202fPM\u00a0x\0"))).toEqual([
      "4/10/2025 3:15 PM x",
    ]);
  });

  test("every line has its number", () => {
    const { lines } = readText("a.txt", bytesOf("a\n\nb"));
    expect(lines).toEqual([
      { number: 1, text: "a" },
      { number: 2, text: "" },
      { number: 3, text: "b" },
    ]);
  });

  test("no bytes make it fail", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const { lines } = readText("a.txt", bytes);
        lines.forEach((line, at) => {
          expect(line.number).toBe(at + 1);
        });
      }),
    );
  });

  test("any text comes back from UTF-16 with a mark and from UTF-8", () => {
    const plain = fc.stringMatching(/^[a-zA-Z0-9:、。ライセンスの状態é ]{0,60}$/);
    fc.assert(
      fc.property(plain, (text) => {
        expect(texts(utf16(`\ufeff${text}`, true))).toEqual([text.trimEnd()]);
        expect(texts(bytesOf(text))).toEqual([text.trimEnd()]);
      }),
    );
  });
});
