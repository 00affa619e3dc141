import { expect, test } from "bun:test";
import { problemIn } from "../../../test/problems.ts";
import { checkHostHeader } from "./host-header.ts";

const requestFor = (host: string) => new Request("http://127.0.0.1/", { headers: { host } });

test.each([
  "evil.example",
  "evil.example:1689",
  "127.0.0.1.evil.example",
  "localhost.evil.example",
  "kms01.evil.example",
  "kms01.corp.example.evil.example",
  "kms01",
  "127.0.0.1@evil.example",
  "evil.example#127.0.0.1",
  "[::1].evil.example",
  "[evil.example]",
  "",
  ":1689",
])("the Host %p is refused: a page may have let that name point here", (host) => {
  expect(problemIn(() => checkHostHeader(requestFor(host), "kms01.corp.example")).name).toBe("MISDIRECTED");
});

test.each([
  "127.0.0.1",
  "127.0.0.1:1689",
  "localhost",
  "LOCALHOST:9999",
  "[::1]",
  "[::1]:1689",
  "192.0.2.7",
  "kms01.corp.example",
  "KMS01.corp.example:1689",
])("the Host %p is taken", (host) => {
  expect(() => checkHostHeader(requestFor(host), "kms01.corp.example")).not.toThrow();
});
