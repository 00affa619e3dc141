import { describe, expect, test } from "bun:test";
import { makeMachine } from "../../../test/machines.ts";
import { NOW } from "../../../test/requests.ts";
import { eventInfo, type LoggedEvent } from "../../protocol/events.ts";
import { newId } from "../../protocol/ids.ts";
import { DAY, MINUTE } from "../../protocol/time.ts";
import type { ListedMachine } from "../machine-list.ts";
import { type KnownOfMachine, remarksOn, standingOf } from "./machine-standing.ts";

const INTERVALS = { usual: 7 * DAY, others: new Map<string, number>(), unlicensed: 120 * MINUTE };

function know(parts: Partial<ListedMachine>, rest: Partial<KnownOfMachine> = {}): KnownOfMachine {
  const machine = makeMachine({ application: newId(), ...parts });
  return {
    machine: { ...machine, note: "", rearm: parts.rearm ?? false },
    intervals: INTERVALS,
    events: [],
    count: 30,
    required: 25,
    now: NOW,
    ...rest,
  };
}

const logged = (id: LoggedEvent["id"], time: number, info: string): LoggedEvent => ({
  id,
  time,
  machine: "kms01",
  info,
});

const refused = (time: number, code: string) =>
  logged(
    12290,
    time,
    eventInfo(12290, {
      code,
      required: 25,
      name: "pc-1",
      cmid: newId(),
      clientTime: new Date(time),
      virtual: false,
      status: 2,
      minutesLeft: 0,
      product: newId(),
    }),
  );

describe("a machine", () => {
  test.each([
    ["with a lease is fine", know({ leaseExpires: NOW + 170 * DAY }), "fine", /licensed until/],
    [
      "that did not renew in time needs attention",
      know({ leaseExpires: NOW + 100 * DAY, lastSeen: NOW - 20 * DAY }),
      "attention",
      /should have renewed/,
    ],
    [
      "below the required count fails, and it is said how far the count is",
      know({ code: "0xC004F038" }, { count: 12 }),
      "failing",
      /count is 12, and its product needs 25/,
    ],
    [
      "that asked before the count was reached only has to ask again",
      know({ code: "0xC004F038" }),
      "attention",
      /count is 30 now/,
    ],
    ["whose lease has ended fails", know({ leaseExpires: NOW - DAY }), "failing", /lease ended/],
    [
      "that was refused since its last renewal fails, whatever its lease",
      know({ leaseExpires: NOW + DAY }, { events: [refused(NOW + 1, "0xC004F06C")] }),
      "failing",
      /refused with 0xC004F06C/,
    ],
    [
      "that was refused before its last renewal is fine",
      know({ leaseExpires: NOW + DAY }, { events: [refused(NOW - 1, "0xC004F06C")] }),
      "fine",
      /licensed/,
    ],
    [
      "that shares its CMID needs attention",
      know({ leaseExpires: NOW + DAY }, { events: [logged(12400, NOW, `${newId()}, pc-1; pc-2, aa; bb`)] }),
      "attention",
      /share its CMID \(pc-1, pc-2\)/,
    ],
    [
      "that is to take a new CMID says so",
      know({ leaseExpires: NOW + DAY, rearm: true }),
      "attention",
      /new CMID/,
    ],
  ] as const)("%s", (_, known, standing, words) => {
    const [first, ...rest] = remarksOn(known);
    expect([standingOf(remarksOn(known)), first?.is]).toEqual([standing, standing]);
    expect(first?.text.en).toMatch(words);
    for (const { text } of [...rest, ...(first ? [first] : [])]) expect(text.ja).toMatch(/[ぁ-ん]/);
  });
});
