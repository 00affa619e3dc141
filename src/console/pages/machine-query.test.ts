import { describe, expect, test } from "bun:test";
import { choiceAddress, EVERYTHING, isFiltered, machinesPath, readChoice } from "./machine-query.ts";

const PRODUCT = "11111111-1111-4111-8111-111111111111";

describe("what is chosen of the machines", () => {
  test("is read back from its own address", () => {
    const choice = {
      search: "pc & 1",
      state: "expired",
      product: PRODUCT,
      renewal: "overdue",
      sort: "requests",
      order: "asc",
      page: 3,
      cursor: "WyJhIl0",
    } as const;
    const { searchParams } = new URL(choiceAddress(choice), "http://host");
    expect(readChoice(Object.fromEntries(searchParams))).toEqual(choice);
  });

  test("is not in the address where it is what everybody sees", () => {
    expect(choiceAddress(EVERYTHING)).toBe("/machines");
    expect(choiceAddress({ ...EVERYTHING, renewal: "failing" })).toBe("/machines?renewal=failing");
  });

  test.each([
    { state: "gone" },
    { product: "1" },
    { renewal: "month" },
    { sort: "constructor" },
    { sort: "password" },
    { order: "up" },
    { page: "-1", cursor: "WyJhIl0" },
    { page: "2" },
    { cursor: "WyJhIl0" },
  ])("is as if not there when there is no such choice: %j", (query) => {
    expect(readChoice(query as unknown as Record<string, string>)).toEqual(EVERYTHING);
  });

  test("is asked of the API in its own words", () => {
    expect(machinesPath({ ...EVERYTHING, search: "a&b", sort: "state", order: "asc" })).toBe(
      "/v1/machines?sort=leaseExpires&order=asc&limit=50&search=a%26b",
    );
  });

  test("can be the order of the next renewal", () => {
    const choice = readChoice({ sort: "nextRenewal", order: "asc" });
    expect(choiceAddress(choice)).toBe("/machines?sort=nextRenewal&order=asc");
    expect(machinesPath(choice)).toBe("/v1/machines?sort=nextRenewal&order=asc&limit=50");
  });

  test("begins with A where names are sorted and nothing else is said, and with the newest where times are", () => {
    expect(readChoice({ sort: "name" }).order).toBe("asc");
    expect(readChoice({ sort: "lastSeen" }).order).toBe("desc");
    expect(choiceAddress({ ...EVERYTHING, sort: "name", order: "asc" })).toBe(
      "/machines?sort=name&order=asc",
    );
    expect(choiceAddress({ ...EVERYTHING, sort: "name", order: "desc" })).toBe(
      "/machines?sort=name&order=desc",
    );
  });

  test("leaves machines out when it is filtered, not when it is sorted or leafed through", () => {
    expect(isFiltered({ ...EVERYTHING, sort: "name", page: 2, cursor: "x" })).toBe(false);
    expect(isFiltered({ ...EVERYTHING, search: "x" })).toBe(true);
  });
});
