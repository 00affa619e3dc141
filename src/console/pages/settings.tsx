import { useState } from "preact/hooks";
import type { Settings as SettingList } from "../api-types.ts";
import { useLanguage, useWords } from "../language.tsx";
import { Badge } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Page } from "../parts/page.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { useApi } from "../use-api.ts";
import { en } from "../words/en/settings.ts";
import { ja } from "../words/ja/settings.ts";
import { type Change, Changed } from "./setting-changed.tsx";
import { ChangeSetting } from "./setting-dialog.tsx";
import { type Setting, shown } from "./setting-text.ts";
import { Seats } from "./settings-seats.tsx";

const EVERY = 10_000;

/** What the host's settings are, what each does, what it was, and how to change it. */
export default function Settings() {
  const words = useWords({ en, ja });
  const { language } = useLanguage();
  const answered = useApi<SettingList>(`/v1/settings?lang=${language}`, { every: EVERY });
  const [changing, setChanging] = useState<Setting>();
  const [changed, setChanged] = useState<Change>();
  const columns: Column<Setting>[] = [
    {
      name: "setting",
      label: words.setting,
      cell: ({ name, meaning }) => (
        <>
          <strong>{words.labels[name] ?? name}</strong> <code class="faint">{name}</code>
          <p class="hint settings-meaning">{meaning}</p>
        </>
      ),
    },
    {
      name: "value",
      label: words.value,
      cell: ({ name, value, isDefault }) => (
        <span class="settings-value">
          {shown(words, name, value)} {isDefault && <Badge kind="off">{words.isDefault}</Badge>}
        </span>
      ),
    },
    {
      name: "changed",
      label: words.lastChange,
      cell: ({ name, before, changed: at, changedBy }) =>
        before === null ? (
          <span class="faint">{words.unchanged}</span>
        ) : (
          <>
            <Time at={at} />
            <p class="hint">{words.was(shown(words, name, before), changedBy ?? "")}</p>
          </>
        ),
    },
    {
      name: "change",
      label: words.change,
      isActions: true,
      cell: (setting) => (
        <Button
          aria-label={words.changeThis(words.labels[setting.name] ?? setting.name)}
          onClick={() => setChanging(setting)}
        >
          {words.change}
        </Button>
      ),
    },
  ];
  return (
    <Page title={words.title} aside={<a href="/events?kind=12402">{words.history}</a>}>
      <p>{words.lead}</p>
      {changed !== undefined && (
        <Changed {...changed} onUndone={() => setChanged(undefined)} refresh={answered.refresh} />
      )}
      <Loaded of={answered} lines={8}>
        {({ settings, seats }) => (
          <>
            <Table caption={words.caption} columns={columns} rows={settings} keyOf={({ name }) => name} />
            <Seats {...seats} />
          </>
        )}
      </Loaded>
      {changing !== undefined && (
        <ChangeSetting
          setting={changing}
          onClose={() => setChanging(undefined)}
          onChanged={(to) => {
            const { name, value: from, isDefault } = changing;
            setChanged({ name, from, to, wasDefault: isDefault });
            answered.refresh();
          }}
        />
      )}
    </Page>
  );
}
