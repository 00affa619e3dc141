import { expect } from "bun:test";
import { Collector } from "../collector.ts";
import type { ProductReport } from "../model.ts";
import { type EvidenceText, readText } from "../text.ts";
import { columns } from "../wrap.ts";
import { slmgr } from "./slmgr.ts";

export const textOf = (text: string): EvidenceText => readText("a.txt", new TextEncoder().encode(text));

export function read(text: string): { collector: Collector; understood: Set<number> } {
  const collector = new Collector();
  return { collector, understood: new Set(slmgr.read(textOf(text), collector)) };
}

export const products = (text: string) => read(text).collector.products;

export function product(text: string): ProductReport {
  const found = products(text);
  expect(found).toHaveLength(1);
  return found[0] as ProductReport;
}

/** The values of a report without their places. */
export function plain(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(plain);
  if ("value" in value && "at" in value) return plain(value.value);
  if ("quote" in value) return "stated";
  if ("readings" in value) return value.readings;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "origin" && key !== "at")
      .map(([key, one]) => [key, plain(one)]),
  );
}

export const time = (text: string) => Date.parse(`${text}Z`);

export const CLIENT_VALUES = {
  serviceVersion: "10.0.22631.4890",
  name: "Windows(R), Enterprise edition",
  description: "Windows(R) Operating System, VOLUME_KMSCLIENT channel",
  channel: "VOLUME_KMSCLIENT",
  product: "73111121-5638-40f6-bc11-f1d7b0d64300",
  application: "55c92734-d682-4d71-983e-d6ec3f16059f",
  extendedPid: "03612-03319-000-000000-03-1033-22631.0000-0412025",
  keyChannel: "Volume:GVLK",
  installationId: "110022003300440055006600770088009900110022003300440055006600778",
  partialKey: "2YT43",
  status: 1,
  minutesLeft: 201_603,
  rearmsLeft: 998,
  trustedTime: [time("2025-03-21T20:04:57")],
  activationType: 0,
  client: {
    cmid: "0b7e3a5c-11d2-4f0e-9a77-6c1d2e3f4a5b",
    registered: { name: "kms-a.tailspin.example", port: 1690 },
    hostAddress: "10.61.0.9",
    hostExtendedPid: "03612-00206-111-222333-03-1033-20348.0000-0092024",
    activationInterval: 120,
    renewalInterval: 10_080,
    caching: false,
  },
  cutOff: false,
};

export const HOST_BLOCK = {
  count: 23,
  port: 1690,
  publishing: false,
  lowPriority: true,
  total: 4711,
  failed: 12,
  byStatus: { 0: 1, 1: 4321, 2: 2, 3: 345, 4: 4, 5: 38 },
};

export function wrapped(text: string, width: number): string {
  return text
    .split("\n")
    .flatMap((line) => {
      const lines = [""];
      for (const character of line) {
        const last = lines.at(-1) ?? "";
        if (columns(last + character) > width) lines.push(character);
        else lines[lines.length - 1] = last + character;
      }
      return lines;
    })
    .map((line) => line.trimEnd())
    .join("\n");
}
