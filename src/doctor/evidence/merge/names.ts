/** What Windows allows in names: letters of any language, too; no placeholder in brackets. */
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}\p{M}._-]{0,254}$/u;

/** A name as machines are compared by: lower case, without a final dot; `""` for an address or no name. */
export function plainName(name: string): string {
  const plain = name.trim().toLowerCase().replace(/\.$/, "");
  const isAddress = /^[\d.]+$/.test(plain) || plain.includes(":");
  return isAddress || plain === "localhost" || !NAME.test(plain) ? "" : plain;
}

/** The first label of a name. */
export function bareName(name: string): string {
  const dot = name.indexOf(".");
  return dot === -1 ? name : name.slice(0, dot);
}

/**
 * Which names stand for one machine. A bare name stands for the machine of the only full name that begins with it; of two
 * it stands for neither, unless the file that says it also says one of them. Full names that the evidence is of go
 * before those that it only mentions.
 */
export class Names {
  private readonly stated = new Map<string, Set<string>>();
  private readonly mentioned = new Map<string, Set<string>>();
  private readonly byFile = new Map<string, Set<string>>();
  private readonly aliases = new Map<string, string>();

  /** A machine that the evidence in this file is of. */
  state(name: string, file: string): void {
    add(this.stated, bareName(name), name);
    add(this.byFile, file, name);
  }

  /** A machine that the evidence tells of. */
  mention(name: string): void {
    add(this.mentioned, bareName(name), name);
  }

  /** Makes two names stand for one machine, because the machine says so itself. */
  unite(one: string, two: string, file: string): void {
    const [a, b] = [this.keyOf(one, file), this.keyOf(two, file)].sort();
    if (a !== undefined && b !== undefined && a !== b) this.aliases.set(b, a);
  }

  /** The one name that stands for the machine of this name in this file. */
  keyOf(name: string, file = ""): string {
    let key = this.fullName(name, file);
    for (let next = this.aliases.get(key); next !== undefined; next = this.aliases.get(key)) key = next;
    return key;
  }

  private fullName(name: string, file: string): string {
    if (name.includes(".")) return name;
    const stated = fullOnes(this.stated.get(name));
    if (stated.length > 1) {
      const here = stated.filter((full) => this.byFile.get(file)?.has(full));
      return (here.length === 1 ? here[0] : undefined) ?? name;
    }
    const mentioned = fullOnes(this.mentioned.get(name));
    return stated[0] ?? (mentioned.length === 1 ? mentioned[0] : undefined) ?? name;
  }
}

function fullOnes(names: ReadonlySet<string> | undefined): string[] {
  return [...(names ?? [])].filter((name) => name.includes(".")).sort();
}

function add(map: Map<string, Set<string>>, key: string, name: string): void {
  const names = map.get(key);
  if (names === undefined) map.set(key, new Set([name]));
  else names.add(name);
}
