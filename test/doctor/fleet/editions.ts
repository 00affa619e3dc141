import type { Edition } from "./world.ts";

/** Client products by family: activation ids and last fives are those that Microsoft publishes. */
const SERVERS: readonly Edition[] = [
  server("8c1c5410-9f39-4805-8c9d-63a07706358f", "ServerStandard", "KHKQY", 2016, "10.0.14393.7606"),
  server("de32eafd-aaee-4662-9444-c1befb41bde2", "ServerStandard", "J464C", 2019, "10.0.17763.6893"),
  server("34e1ae55-27f8-4950-8877-7a03be5fb181", "ServerDatacenter", "63DFG", 2019, "10.0.17763.6893"),
  server("9bd77860-9b31-4b7b-96ad-2564017315bf", "ServerStandard", "VMK7H", 2022, "10.0.20348.3692"),
  server("ef6cfc9f-8c5d-44ac-9aad-de6a2ea0ae03", "ServerDatacenter", "6VM33", 2022, "10.0.20348.3692"),
  server("7dc26449-db21-4e09-ba37-28f2958506a6", "ServerStandard", "MY832", 2025, "10.0.26100.3624"),
];
const CLIENTS: readonly Edition[] = [
  client("73111121-5638-40f6-bc11-f1d7b0d64300", "Enterprise", "2YT43"),
  client("2de67392-b7a7-462a-b1ca-108dd189f588", "Professional", "T83GX"),
  client("e0c42288-980c-4788-a014-c080d2e1926e", "Education", "VCFB2"),
];

/** Office versions, each counted by itself. */
export const OFFICES: readonly Edition[] = [
  office(
    "d450596f-894d-49e0-966a-fd39ed4c4c64",
    "Office 16, Office16ProPlusVL_KMS_Client",
    "WFG99",
    "Office 2016",
  ),
  office(
    "85dd8b5f-eaa4-4af3-a628-cce9e77c9a03",
    "Office 19, Office19ProPlus2019VL_KMS_Client_AE",
    "6MWKP",
    "Office 2019",
  ),
  office(
    "fbdb3e18-a8ef-4fb3-9183-dffd60bd0984",
    "Office 21, Office21ProPlus2021VL_KMS_Client_AE",
    "6F7TH",
    "Office LTSC 2021",
  ),
  office(
    "8d368fc1-9470-4be2-8d66-90e836cbb051",
    "Office 24, Office24ProPlus2024VL_KMS_Client_AE",
    "GCVGB",
    "Office LTSC 2024",
  ),
];

/** What a host with a key of this generation can activate. */
export function editions(family: "server" | "client", generation: number): readonly Edition[] {
  return (family === "server" ? SERVERS : CLIENTS).filter((each) => each.generation <= generation);
}

/** The newest server product. */
export const NEWEST_SERVER: Edition = SERVERS.at(-1) as Edition;

/** Activation ids of the Office products that a host has keys for. */
export const OFFICE_HOSTS: Readonly<Record<string, string>> = {
  "Office 2016": "98ebfe73-2084-4c97-932c-c0cd1643bea7",
  "Office 2019": "70512334-47b4-44db-a233-be5ea33b914c",
  "Office LTSC 2021": "47f3b983-7c53-4d45-abc6-bcd91e2dd90a",
  "Office LTSC 2024": "f3d89bbf-c0ec-47ce-a8fa-e5a5f97e447f",
};

function server(product: string, name: string, lastFive: string, generation: number, build: string): Edition {
  return {
    product,
    name: `Windows(R), ${name} edition`,
    lastFive,
    required: 5,
    pool: "Windows",
    generation,
    build,
  };
}

function client(product: string, name: string, lastFive: string): Edition {
  const build = "10.0.19041.5438";
  return {
    product,
    name: `Windows(R), ${name} edition`,
    lastFive,
    required: 25,
    pool: "Windows",
    generation: 2016,
    build,
  };
}

function office(product: string, name: string, lastFive: string, pool: string): Edition {
  return { product, name: `${name} edition`, lastFive, required: 5, pool, generation: 2016, build: "" };
}
