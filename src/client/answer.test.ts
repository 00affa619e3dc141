import { describe, expect, test } from "bun:test";
import { makeDocuments, makeSigner } from "../../test/documents.ts";
import { makeAnswer } from "../../test/fake-host.ts";
import { problemOf } from "../../test/problems.ts";
import { makeRequest, NOW } from "../../test/requests.ts";
import { newId } from "../protocol/ids.ts";
import type { ActivationAnswer } from "../protocol/messages.ts";
import { DAY, MINUTE } from "../protocol/time.ts";
import {
  applyAnswer,
  applyFailure,
  keepTicket,
  type Processed,
  takeNewCmid,
  verifyAnswer,
} from "./answer.ts";
import { type Attempt, type ClientState, NEW_STATE, newProduct } from "./state.ts";

const documents = makeDocuments();
const { client, application, catalogue } = documents;
const request = makeRequest({ application: application.id, product: client.id });
const answerOf = (from: typeof documents, count: number) =>
  makeAnswer(from, request, { count, ticket: 7, port: 1699, now: NOW });
const verify = (answer: ActivationAnswer, now = NOW) => verifyAnswer(answer, request, catalogue, now);

describe("an answer is believed", () => {
  test("with a lease that chains to the vendor", async () => {
    const { lease, license } = await verify(answerOf(documents, 30));
    expect(lease?.cmid).toBe(request.cmid);
    expect(license.host).toBe(documents.license.host);
  });

  test("without a lease when the licence is the vendor's and covers the product", async () => {
    expect((await verify(answerOf(documents, 3))).lease).toBeUndefined();
  });
});

describe("an answer is not believed", () => {
  const other = makeDocuments();
  const rogueKey = { ...documents, vendorKey: other.vendorKey, hostKey: other.hostKey };
  const forged = { ...documents, hostKey: makeSigner() };
  const narrow = { ...documents, license: { ...documents.license, products: [documents.server.id] } };
  const old = { ...documents, license: { ...documents.license, expires: NOW - DAY } };
  const early = { ...documents, license: { ...documents.license, notBefore: NOW + DAY } };

  test.each<[string, ActivationAnswer]>([
    ["of another vendor's host", answerOf(rogueKey, 30)],
    ["of another vendor's host that counts too few", answerOf(rogueKey, 3)],
    ["with a true licence and a lease of another key", answerOf(forged, 30)],
    ["of a host whose licence lacks the product", answerOf(narrow, 30)],
    ["of such a host that counts too few", answerOf(narrow, 3)],
    ["of a host whose licence has ended", answerOf(old, 30)],
    ["of such a host that counts too few", answerOf(old, 3)],
    ["of a host whose licence has not begun and that counts too few", answerOf(early, 3)],
    ["with a licence that is no document", { ...answerOf(documents, 3), hostLicense: "licence" }],
    [
      "to another machine's request",
      makeAnswer(documents, { ...request, cmid: newId() }, { count: 30, ticket: 1, port: 1, now: NOW }),
    ],
    [
      "to an earlier request",
      makeAnswer(
        documents,
        { ...request, nonce: "BBBBBBBBBBBBBBBBBBBBBB" },
        { count: 30, ticket: 1, port: 1, now: NOW },
      ),
    ],
  ])("%s", async (_, answer) => {
    expect((await problemOf(verify(answer))).name).toBe("HOST_NOT_TRUSTED");
  });

  test("that reports success and brings no lease", async () => {
    const { lease: _, ...rest } = answerOf(documents, 30);
    expect((await problemOf(verify(rest))).name).toBe("NOT_A_HOST");
  });
});

test("clocks that differ by less than the product tolerates do not unmake a host licence", async () => {
  const tolerated = client.policy.clockTolerance * MINUTE;
  const { expires, notBefore } = documents.license;
  const few = answerOf(documents, 3);
  expect(await verify(few, expires + tolerated - 1)).toBeDefined();
  expect(await verify(few, notBefore - tolerated)).toBeDefined();
  expect((await problemOf(verify(few, expires + tolerated))).name).toBe("HOST_NOT_TRUSTED");
  expect((await problemOf(verify(few, notBefore - tolerated - 1))).name).toBe("HOST_NOT_TRUSTED");
});

describe("what is kept", () => {
  const key = { kind: "setup", partial: "2W3XY", text: undefined, installed: NOW } as const;
  const state: ClientState = {
    ...NEW_STATE,
    cmid: request.cmid,
    ticket: "old",
    products: { [client.id]: { ...newProduct(NOW), key } },
  };
  const target = { host: "kms.test", port: 1688, secure: false };
  const attempt: Attempt = {
    time: NOW,
    code: "0x00000000",
    name: "SUCCESS",
    message: "m",
    count: 30,
    tries: [],
  };
  const middle = () => 0.5;
  /** Renewals come at their interval or earlier. */
  const latest = () => 1;
  const process = async (count: number, source: "dns" | "registered" = "dns"): Promise<Processed> => {
    const answer = answerOf(documents, count);
    return { request, answer, verified: await verify(answer), host: { target, address: "10.0.0.5", source } };
  };

  test("of a lease: the lease, its host, the intervals and the renewal in seven days", async () => {
    const processed = await process(30);
    const after = applyAnswer(state, processed, attempt, latest);
    const product = after.products[client.id];
    expect(product?.grant).toEqual({
      lease: processed.answer.lease ?? "",
      hostLicense: processed.answer.hostLicense,
      cmid: request.cmid,
    });
    expect(product?.intervals).toEqual({ activation: 120, renewal: 10_080 });
    expect(product?.host?.address).toBe("10.0.0.5");
    expect(product?.lastSuccess).toBe(NOW);
    expect(product?.nextAttempt).toBe(NOW + 7 * DAY);
    expect(after.cachedHost).toEqual({ ...target, port: 1699 });
  });

  test("of a lease: the time it was signed at, and the hardware it was granted for", async () => {
    const changed = { ...newProduct(NOW), key, hardwareChanged: NOW - DAY };
    const before = {
      ...state,
      clock: { signed: NOW + 900 * DAY, local: NOW },
      products: { [client.id]: changed },
    };
    const processed = { ...(await process(30)), hardware: ["cpu 1", "mac 2"] };
    const after = applyAnswer(before, processed, { ...attempt, time: NOW + MINUTE }, middle);
    // The newest lease tells the time, though an earlier one was signed by a clock that ran ahead.
    expect(after.clock).toEqual({ signed: NOW, local: NOW + MINUTE });
    expect(after.products[client.id]?.grant?.hardware).toEqual(["cpu 1", "mac 2"]);
    expect(after.products[client.id]?.hardwareChanged).toBeUndefined();
  });

  test("of an answer without a lease: nothing of its time, which nobody signed", async () => {
    const before = { ...state, clock: { signed: NOW - DAY, local: NOW - DAY } };
    const after = applyAnswer(before, await process(3), { ...attempt, name: "COUNT_INSUFFICIENT" }, middle);
    expect(after.clock).toEqual({ signed: NOW - DAY, local: NOW });
  });

  test("of a lease from a clock three hours behind: the renewal at half its length by this machine's clock", async () => {
    const short = await process(30);
    const { lease } = short.verified;
    if (lease === undefined) throw new Error("30 are enough");
    const verified = { ...short.verified, lease: { ...lease, expires: lease.issued + 60 * MINUTE } };
    const ahead = { ...attempt, time: NOW + 180 * MINUTE };
    const after = applyAnswer(state, { ...short, verified }, ahead, latest);
    expect(after.products[client.id]?.nextAttempt).toBe(NOW + 210 * MINUTE);
  });

  test("of a count that is too small: everything but a lease and the cached host, and two hours", async () => {
    const after = applyAnswer(state, await process(3), { ...attempt, name: "COUNT_INSUFFICIENT" }, middle);
    expect(after.products[client.id]?.grant).toBeUndefined();
    expect(after.products[client.id]?.lastSuccess).toBeUndefined();
    expect(after.products[client.id]?.host?.target).toEqual(target);
    expect(after.products[client.id]?.nextAttempt).toBe(NOW + 120 * MINUTE);
    expect(after.cachedHost).toBeUndefined();
  });

  test("of a renewal that was refused for its count: the lease there was", async () => {
    const licensed = applyAnswer(state, await process(30), attempt, middle);
    const after = applyAnswer(licensed, await process(3), { ...attempt, name: "COUNT_INSUFFICIENT" }, middle);
    expect(after.products[client.id]?.grant).toEqual(licensed.products[client.id]?.grant);
  });

  test("no cached host when the host was named or caching is off", async () => {
    expect(applyAnswer(state, await process(30, "registered"), attempt, middle).cachedHost).toBeUndefined();
    const off = { ...state, settings: { ...state.settings, hostCaching: false } };
    expect(applyAnswer(off, await process(30), attempt, middle).cachedHost).toBeUndefined();
  });

  test("the ticket of every answer", async () => {
    expect(keepTicket(state, await process(3)).ticket).toBe("ticket-7");
  });

  test("nothing of an answer to a CMID that was changed or a key that was removed meanwhile", async () => {
    const rearmed = { ...state, cmid: newId() };
    const removed = { ...state, products: { [client.id]: newProduct(NOW) } };
    for (const changed of [rearmed, removed, { ...state, products: {} }]) {
      expect(applyAnswer(changed, await process(30), attempt, middle)).toBe(changed);
      expect(keepTicket(changed, await process(30))).toBe(changed);
    }
  });

  test("of a failure: the attempt, and the interval the host once told", async () => {
    const prospects = { activationInterval: 60, retryAfter: undefined };
    const failed = { ...attempt, name: "NO_HOST_CONTACTED" } as const;
    expect(applyFailure(state, client.id, failed, prospects, middle).products[client.id]?.nextAttempt).toBe(
      NOW + 60 * MINUTE,
    );
    const told = applyAnswer(state, await process(30), attempt, middle);
    const after = applyFailure(told, client.id, failed, prospects, middle);
    expect(after.products[client.id]?.nextAttempt).toBe(NOW + 120 * MINUTE);
    expect(after.products[client.id]?.lastAttempt?.name).toBe("NO_HOST_CONTACTED");
    expect(after.products[client.id]?.grant).toBeDefined();
  });

  test("of a CMID that another machine has: another CMID, no ticket, the leases, and all products due", async () => {
    const licensed = { ...applyAnswer(state, await process(30), attempt, middle), ticket: "t" };
    const fresh = newId();
    const after = takeNewCmid(licensed, request.cmid, fresh);
    expect(after.cmid).toBe(fresh);
    expect(after.ticket).toBeUndefined();
    expect(after.products[client.id]?.grant).toEqual(licensed.products[client.id]?.grant);
    expect(after.products[client.id]?.nextAttempt).toBeUndefined();
    expect(takeNewCmid(after, request.cmid, newId())).toBe(after);
  });
});
