import { expect, test } from "bun:test";
import { escapeHtml, html } from "./html.ts";
import { page } from "./page.ts";

test("escapes what is put into a template, and leaves HTML as it is", () => {
  const name = `<script>alert("x")</script>`;
  expect(html`<p>${name}${html`<b>${1}</b>`}${[html`<i>a</i>`, "&"]}${undefined}</p>`.text).toBe(
    "<p>&#60;script&#62;alert(&#34;x&#34;)&#60;/script&#62;<b>1</b><i>a</i>&#38;</p>",
  );
});

test("writes no character that XML cannot hold", () => {
  expect(escapeHtml("a\u0000b\u0007c\ud800d\te\n")).toBe("a\uFFFDb\uFFFDc\uFFFDd\te\n");
});

test("a page runs no script, asks no server, and names the hash of its own style", () => {
  const text = page({ title: "A & B", language: "en", body: html`<p>hello</p>` });
  expect(text).toStartWith("<!doctype html>");
  expect(text).toContain("<title>A &#38; B</title>");
  const [, hash = ""] =
    /style-src &#39;sha256-([^&]+)&#39;/.exec(text) ?? /style-src 'sha256-([^']+)'/.exec(text) ?? [];
  const [, style = ""] = /<style>([\s\S]*)<\/style>/.exec(text) ?? [];
  expect(new Bun.CryptoHasher("sha256").update(style).digest("base64")).toBe(hash);
  expect(text).not.toMatch(/<script|https?:/);
});
