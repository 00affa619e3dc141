import type { TextFormat } from "../format.ts";
import { withoutFullKeys } from "../full-keys.ts";
import type { TextLine } from "../text.ts";
import { Found } from "./found.ts";

/**
 * Reads unattend.xml: `SkipRearm` and setup keys, as values below the key `unattend` and, for `SkipRearm`, as the
 * statement `unattend-skip-rearm`.
 */
export const unattend: TextFormat = {
  read(text, collector) {
    const found = new Found(collector, text.file);
    let pass = "";
    let productKey: TextLine | undefined;
    for (const line of text.lines) {
      const words = line.text.length > 4_096 ? line.text.slice(0, 4_096) : line.text;
      if (!words.includes("<")) continue;
      const [, settings] = /<settings\b[^<>]{0,200}pass="(\w{1,40})"/i.exec(words) ?? [];
      if (settings !== undefined) pass = settings;
      const [, skip] = /<SkipRearm>\s*(\w{1,5})\s*<\/SkipRearm>/i.exec(words) ?? [];
      if (skip !== undefined) {
        const value = /^(?:1|true)$/i.test(skip) ? 1 : 0;
        const shared = { origin: found.origin("registry", []), at: found.at(line) };
        collector.registry.push({ ...shared, key: "unattend", name: "SkipRearm", value });
        collector.statements.push({
          ...shared,
          what: "unattend-skip-rearm",
          name: pass,
          value: String(value),
        });
      }
      if (/<ProductKey>/i.test(words)) productKey = line;
      const [, key] = /(?:<ProductKey>|<Key>)\s*([A-Z0-9-]{29})\s*</i.exec(words) ?? [];
      if (key !== undefined && (productKey !== undefined || /<ProductKey>/i.test(words))) {
        const shared = { origin: found.origin("registry", []), at: found.at(line) };
        collector.registry.push({
          ...shared,
          key: "unattend",
          name: "ProductKey",
          value: withoutFullKeys(key),
        });
      }
      if (/<\/ProductKey>/i.test(words)) productKey = undefined;
    }
    return found.lines;
  },
};
