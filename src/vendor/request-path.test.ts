import { expect, test } from "bun:test";
import { requestPath } from "./request-path.ts";

test.each([
  ["http://kms01:1688/v1/activations?x=1", "/v1/activations"],
  ["/v1/activations", "/v1/activations"],
  ["http://kms01:99999/v1/activations", ""],
  ["http://[/", ""],
  ["", "/"],
])("a request for %j names the path %j", (url, path) => {
  expect(requestPath({ url })).toBe(path);
});
