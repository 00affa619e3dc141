import type { TextFormat } from "../format.ts";
import type { TextLine } from "../text.ts";
import { isAddress, plainAddress } from "./address.ts";
import { Found } from "./found.ts";
import { tablesOf } from "./properties.ts";
import { type Stretch, stretchesOf } from "./stretch.ts";

/** Reads `netstat`, `ss` and `Get-NetTCPConnection`: TCP sockets with their states, in any language. */
export const netstat: TextFormat = {
  read(text, collector) {
    const found = new Found(collector, text.file);
    for (const stretch of stretchesOf(text)) {
      const put = (line: TextLine, socket: Socket) => {
        const origin = found.origin("netstat", stretch.names);
        found.collector.connections.push({ origin, at: found.at(line), ...socket });
        headings(stretch, line, found);
      };
      for (const line of stretch.lines) {
        if (SS_HEADING.test(line.text)) found.lines.add(line.number);
        const socket = line.text.includes(":")
          ? (windowsOrLinux(line.text) ?? socketStatistics(line.text))
          : undefined;
        if (socket !== undefined) put(line, socket);
      }
      for (const table of tablesOf(stretch.lines)) {
        if (!table.columns.includes("localaddress") || !table.columns.includes("remoteport")) continue;
        found.lines.add(table.heading.number).add(table.heading.number + 1);
        for (const { line, cell } of table.rows) {
          const local = plainAddress(cell("LocalAddress"));
          if (!isAddress(local)) continue;
          put(line, {
            local,
            localPort: port(cell("LocalPort")),
            remote: plainAddress(cell("RemoteAddress")),
            remotePort: port(cell("RemotePort")),
            state: cell("State"),
          });
        }
      }
    }
    return found.lines;
  },
};

/** Headings stand between the command and its first line. */
function headings({ command, lines }: Stretch, line: TextLine, found: Found): void {
  if (command === undefined || found.lines.has(command.line.number)) return;
  found.lines.add(command.line.number);
  for (const { number } of lines) if (number < line.number) found.lines.add(number);
}

interface Socket {
  readonly local: string;
  readonly remote: string;
  readonly localPort: number;
  readonly remotePort: number;
  readonly state: string;
}

const SS_HEADING = /^(?:Netid\s+)?State\s+Recv-Q\s+Send-Q\s+Local Address:Port\s+Peer/;
const NETSTAT =
  /^\s{0,12}tcp[46]?\s+(?:\d{1,10}\s+\d{1,10}\s+)?(\S{1,80}):(\d{1,5}|\*)\s+(\S{1,255}):(\d{1,5}|\*)(?:\s+([^\s\d]\S{0,40}))?/i;
const SS =
  /^\s{0,4}(?:tcp\s+)?(ESTAB|LISTEN|SYN-SENT|SYN-RECV|TIME-WAIT|CLOSE-WAIT|FIN-WAIT-[12]|LAST-ACK|CLOSING)\s+\d{1,10}\s+\d{1,10}\s+(\S{1,80}):(\d{1,5}|\*)\s+(\S{1,255}):(\d{1,5}|\*)/;

function windowsOrLinux(text: string): Socket | undefined {
  const [, local, localPort, remote, remotePort, state = ""] = NETSTAT.exec(text) ?? [];
  if (local === undefined || remote === undefined) return undefined;
  return {
    local: end(local),
    remote: end(remote),
    localPort: port(localPort),
    remotePort: port(remotePort),
    state,
  };
}

function socketStatistics(text: string): Socket | undefined {
  const [, state = "", local, localPort, remote, remotePort] = SS.exec(text) ?? [];
  if (local === undefined || remote === undefined) return undefined;
  return {
    local: end(local),
    remote: end(remote),
    localPort: port(localPort),
    remotePort: port(remotePort),
    state,
  };
}

function end(word: string): string {
  return plainAddress(word);
}

function port(word: string | undefined): number {
  return /^\d{1,5}$/.test(word ?? "") ? Number(word) : 0;
}
