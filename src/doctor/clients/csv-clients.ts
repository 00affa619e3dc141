import { csvLines } from "../report/csv.ts";
import { hresult } from "../words.ts";
import type { ClientMachine, ClientsReport } from "./report.ts";
import { exactStamp } from "./stamps.ts";

const HEADINGS = [
  "machine",
  "names",
  "condition",
  "status",
  "minutes_left",
  "last_code",
  "products",
  "activation_ids",
  "cmids",
  "hosts",
  "first_seen",
  "last_seen",
  "requests",
  "failed",
  "failures",
  "virtual",
  "expires",
  "next_renewal",
  "renamed_to",
  "renamed_from",
];

/** The machines as CSV (RFC 4180), one a line; what there are several of stands in one cell with semicolons. */
export function csvClients(report: ClientsReport, machines: readonly ClientMachine[]): Generator<string> {
  const utc = report.hosts.every((host) => host.utc);
  return csvLines(rows(machines, utc));
}

function* rows(machines: readonly ClientMachine[], utc: boolean): Generator<readonly (string | number)[]> {
  yield HEADINGS;
  for (const machine of machines) {
    yield [
      machine.label,
      machine.names.join("; "),
      machine.condition,
      machine.status,
      machine.minutesLeft,
      hresult(machine.code),
      machine.products.map(({ product }) => product?.name ?? "unknown").join("; "),
      machine.products.map(({ id }) => id).join("; "),
      machine.cmids.join("; "),
      machine.hosts.join("; "),
      exactStamp(machine.first, utc),
      exactStamp(machine.last, utc),
      machine.requests,
      machine.failed,
      machine.failures.map(({ code, requests }) => `${hresult(code)} ${requests}`).join("; "),
      machine.virtual ? "yes" : "no",
      exactStamp(machine.expires, utc),
      exactStamp(machine.next, utc),
      machine.renamedTo ?? "",
      machine.renamedFrom ?? "",
    ];
  }
}
