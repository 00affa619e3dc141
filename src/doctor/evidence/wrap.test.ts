import { describe, expect, test } from "bun:test";
import { columns, joined, mayContinue, wrapColumn } from "./wrap.ts";

function broken(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const character of text) {
    if (columns(line + character) > width) {
      lines.push(line);
      line = "";
    }
    line += character;
  }
  return [...lines, line].map((each) => each.trimEnd());
}

describe("lines broken at a column", () => {
  const texts = [
    "Error: 0xC004F074 The service reported that this computer could not be activated; see the log of the application for more.",
    "エラー: 0xC004F038 ソフトウェア ライセンス サービスから、コンピューターをライセンス認証できなかったと報告されました。数が不足しています。",
  ];
  for (const width of [72, 79, 80, 120]) {
    for (const text of texts) {
      test(`are joined again: ${width}, ${text.slice(0, 6)}`, () => {
        const lines = broken(text, width);
        const whole = lines.reduce((line, next) => {
          expect(mayContinue(line.slice(-width * 2), next, 0)).toBe(false);
          return joined(line, next, columns(line) >= width ? columns(line) : width);
        });
        expect(lines.length).toBeGreaterThan(text === texts[0] && width === 120 ? 0 : 1);
        expect(whole.replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
      });
    }
  }

  test("a blank that was trimmed at the column is put back", () => {
    expect(joined("x".repeat(79), "next", 80)).toBe(`${"x".repeat(79)} next`);
    expect(joined("x".repeat(80), "next", 80)).toBe(`${"x".repeat(80)}next`);
    expect(joined("x".repeat(80), " next", 80)).toBe(`${"x".repeat(80)} next`);
    expect(joined("x".repeat(79), "状", 80)).toBe(`${"x".repeat(79)}状`);
  });

  test("a word that would have fitted was not broken off", () => {
    expect(mayContinue("x".repeat(60), "no", 80)).toBe(false);
    expect(mayContinue("x".repeat(78), "no", 80)).toBe(true);
    expect(mayContinue("x".repeat(80), "", 80)).toBe(false);
  });

  test("lines too short for a console have no column", () => {
    expect(wrapColumn(["short", "shorter"])).toBe(0);
    expect(wrapColumn(["x".repeat(79), "状".repeat(40)])).toBe(80);
  });
});
