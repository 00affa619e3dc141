import { expect, test } from "bun:test";
import { PRODUCT_GROUPS, WINDOWS_GENERATIONS } from "./product-table.ts";
import {
  APPLICATIONS,
  activates,
  compareGenerations,
  editionOfKey,
  type HostKey,
  hostKeyOf,
  officeHostOf,
  type Product,
  productOf,
} from "./products.ts";

test.each([
  ["ef6cfc9f-8c5d-44ac-9aad-de6a2ea0ae03", "Windows Server 2022 Datacenter", 5, "Windows"],
  ["73111121-5638-40f6-bc11-f1d7b0d64300", "Windows 10/11 Enterprise", 25, "Windows"],
  ["8D368FC1-9470-4BE2-8D66-90E836CBB051", "Office LTSC 2024 Professional Plus", 5, "Office LTSC 2024"],
  ["6f327760-8c5c-417c-9b61-836a98287e0c", "Office 2010 Professional Plus", 5, "Office 2010"],
])("%s is %s and needs %d", (id, name, required, pool) => {
  expect(productOf(id)).toMatchObject({ name, required, pool, id: id.toLowerCase() });
});

test("an activation id that the table does not know is said to be unknown", () => {
  expect(productOf("11111111-2222-3333-4444-555555555555")).toBeUndefined();
  expect(productOf("")).toBeUndefined();
});

test.each([
  ["6VM33", "Windows Server 2022 Datacenter"],
  ["j462d", "Windows 10/11 Enterprise LTSC 2019, 2021 or 2024"],
  ["GF6G4", "Windows Server, semi-annual channel Standard 1709 or 1803"],
  ["WFG99", "Office 2016 Professional Plus"],
])("a setup key that ends in %s is of %s", (lastFive, name) => {
  expect(editionOfKey(lastFive)?.name).toBe(name);
});

test("the generic key of digital licences is no setup key", () => {
  expect(editionOfKey("3V66T")).toBeUndefined();
});

test.each([
  ["VOLUME_KMS_WS25", "Windows Server 2025", true],
  ["VOLUME_KMS_WS16", "Windows Server 2016", true],
  ["VOLUME_KMS_W10", "Windows 10", false],
  ["VOLUME_KMS_2012-R2_C", "Windows Server 2012 R2", true],
  ["VOLUME_KMS_R2_B", "Windows Server 2008 R2", true],
  ["VOLUME_KMS_C", "Windows Server 2008", true],
])("the channel %s is of a host key for %s", (channel, name, servers) => {
  expect(hostKeyOf(channel)).toMatchObject({ name, servers });
});

test.each(["VOLUME_KMS", "VOLUME_KMSCLIENT", "VOLUME_MAK", "VOLUME_KMS_CLIENT", "VOLUME_KMS_WS99", ""])(
  "%s tells of no host key",
  (channel) => {
    expect(hostKeyOf(channel)).toBeUndefined();
  },
);

const key = (channel: string) => hostKeyOf(channel) as HostKey;
const product = (lastFive: string) => editionOfKey(lastFive) as Product;

test.each([
  ["VOLUME_KMS_WS22", "VMK7H", "yes", "its own generation"],
  ["VOLUME_KMS_WS22", "MY832", "no", "a newer server"],
  ["VOLUME_KMS_WS25", "T83GX", "yes", "Windows 10 and 11"],
  ["VOLUME_KMS_WS19", "T83GX", "open", "Windows 10, but 11 is not documented"],
  ["VOLUME_KMS_W10", "KHKQY", "no", "servers by a key of client Windows"],
  ["VOLUME_KMS_WS22", "6F7TH", "no", "Office by a key of Windows"],
  ["VOLUME_KMS_C", "GPDD4", "no", "Windows 7 by a key of Server 2008"],
] as const)("%s for a product with key %s: %s (%s)", (channel, lastFive, answer) => {
  expect(activates(key(channel), product(lastFive))).toBe(answer);
});

test("Office hosts are known by their activation id in any case", () => {
  expect(officeHostOf("98EBFE73-2084-4C97-932C-C0CD1643BEA7")).toBe("Office 2016");
  expect(officeHostOf("00000000-0000-0000-0000-000000000000")).toBeUndefined();
});

test("generations are ordered", () => {
  expect(compareGenerations("2019", "2022")).toBeLessThan(0);
  expect(compareGenerations("2012 R2", "2012")).toBeGreaterThan(0);
});

test("the table holds each id and each key once, well formed, and known generations only", () => {
  const rows = PRODUCT_GROUPS.flatMap((group) => group.products);
  const ids = rows.map(([id]) => id);
  const keys = rows.flatMap(([, , ...lastFives]) => lastFives);
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(keys).size).toBe(keys.length);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  for (const each of keys) expect(each).toMatch(/^[BCDFGHJKMPQRTVWXY2346789N]{5}$/);
  for (const { family, generations } of PRODUCT_GROUPS) {
    if (family !== "office") expect(WINDOWS_GENERATIONS).toContainValues([...generations]);
  }
  for (const id of ids) expect(Object.keys(APPLICATIONS)).toContain(productOf(id)?.application ?? "");
});
