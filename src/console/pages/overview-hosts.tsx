import type { Hosts } from "../api-types.ts";
import { useWords } from "../language.tsx";
import { Badge, type BadgeKind } from "../parts/badge.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { en } from "../words/en/overview.ts";
import { ja } from "../words/ja/overview.ts";

type Host = Hosts["hosts"][number];

const KINDS: Record<Host["state"], BadgeKind> = { running: "good", stopped: "off", gone: "bad" };

/** The hosts that share one count, and which of them are there. */
export function SharingHosts({ hosts }: Hosts) {
  const words = useWords({ en, ja });
  const columns: Column<Host>[] = [
    {
      name: "host",
      label: words.host,
      cell: ({ name, isSelf }) => (
        <>
          {name} {isSelf && <span class="faint">({words.self})</span>}
        </>
      ),
    },
    {
      name: "state",
      label: words.state,
      cell: ({ state }) => <Badge kind={KINDS[state]}>{words.states[state]}</Badge>,
    },
    { name: "lastSeen", label: words.lastSeen, cell: ({ lastSeen }) => <Time at={lastSeen} as="relative" /> },
    { name: "address", label: words.address, cell: ({ url }) => <code>{url}</code> },
    { name: "version", label: words.version, cell: ({ version }) => version },
  ];
  return (
    <section class="overview-section">
      <h2>{words.hosts}</h2>
      <Table caption={words.hostsCaption} columns={columns} rows={hosts} keyOf={({ id }) => id} />
    </section>
  );
}
