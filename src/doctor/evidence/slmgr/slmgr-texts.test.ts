import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { CLIENT_VALUES, plain, product, read, wrapped } from "./fixture-reading.ts";
import { CLIENT, HOST, inNoLanguage, JAPANESE, OSPP, WAITING } from "./fixtures.ts";

/** Broken between words, as mail does; words that do not fit into a line stay whole. */
function reflowed(text: string, width: number): string {
  return text
    .split("\n")
    .map((line) => {
      let column = 0;
      return line.replace(/( *)(\S+)/g, (_, blanks: string, word: string) => {
        const fits = column === 0 || column + blanks.length + word.length <= width;
        column = fits ? column + blanks.length + word.length : word.length;
        return fits ? blanks + word : `\n${word}`;
      });
    })
    .join("\n");
}

describe("texts in the wild", () => {
  const ways: readonly (readonly [string, (text: string) => string])[] = [
    ["wrapped at 80 columns", (text) => wrapped(text, 80)],
    ["wrapped at 79 columns", (text) => wrapped(text, 79)],
    ["wrapped at 72 columns", (text) => wrapped(text, 72)],
    ["wrapped at 120 columns", (text) => wrapped(text, 120)],
    ["reflowed at 76 columns", (text) => reflowed(text, 76)],
    ["reflowed at 72 columns and quoted", (text) => reflowed(text, 72).replace(/^/gm, "> ")],
    ["without indentation", (text) => text.replace(/^ +/gm, "")],
    ["more indented", (text) => text.replace(/^/gm, "   ")],
    ["without blank lines", (text) => text.replace(/\n\n/g, "\n")],
    ["with CRLF", (text) => text.replaceAll("\n", "\r\n")],
    ["quoted", (text) => text.replace(/^/gm, "> ")],
    ["quoted twice", (text) => text.replace(/^/gm, "> > ")],
    ["quoted by bars", (text) => text.replace(/^/gm, "| ")],
    ["wrapped and quoted", (text) => wrapped(text, 80).replace(/^/gm, "> ")],
    ["with full-width colons", (text) => text.replace(/: /g, "：")],
    ["with blanks that do not break", (text) => text.replace(/: /g, ":\u00a0")],
    ["with a blank before the colon", (text) => text.replace(/^([^:\n]*[^:\n ]): /gm, "$1 : ")],
    ["with labels in capitals", (text) => text.replace(/^[^:\n]+: /gm, (label) => label.toUpperCase())],
    ["in a fence below a prompt", (text) => `PS C:\\> slmgr /dlv\n\`\`\`text\n${text}\n\`\`\`\nthat is all`],
    ["below comment lines", (text) => `# host: a\n# what slmgr said\n${text}`],
    [
      "with OCR slips in labels",
      (text) => text.replaceAll("ication ID", "icatlon lD").replaceAll("Total", "TotaI"),
    ],
  ];
  for (const [name, change] of ways) {
    test(`${name}, a client reads the same`, () => {
      expect(plain(product(change(CLIENT)))).toEqual(CLIENT_VALUES);
    });
    test(`${name}, a host reads the same`, () => {
      expect(plain(product(change(HOST)))).toEqual(plain(product(HOST)));
    });
    test(`${name}, a Japanese client reads the same`, () => {
      expect(plain(product(change(JAPANESE)))).toEqual(plain(product(JAPANESE)));
    });
    test(`${name}, a host in no language reads the same`, () => {
      const host = inNoLanguage(HOST);
      expect(plain(product(change(host)))).toEqual(plain(product(host)));
    });
    test(`${name}, a client that waits reads the same`, () => {
      expect(plain(product(change(WAITING)))).toEqual(plain(product(WAITING)));
    });
  }

  const slips: readonly (readonly [string, string])[] = [
    ["Current count: 23", "Current count 23"],
    ["Listening on Port: 1690", "Llstenlng on Port; l69O".replace(";", ":")],
    ["Partial Product Key: 9QRVW", "Partial Product Key 9QRVW"],
    ["License Status: Licensed", "Llcense Status : Licensed"],
    ["Total requests received: 4711", "Total requests received: 47ll"],
  ];
  for (const [right, slip] of slips) {
    test(`${slip} is ${right}`, () => {
      expect(plain(product(HOST.replace(right, slip)))).toEqual(plain(product(HOST)));
    });
  }

  test("a wrapped figure is whole", () => {
    const host = HOST.replace("tolerance: 345", "tolerance: 34567");
    expect(product(wrapped(host, 80)).host?.byStatus[3]).toMatchObject({ value: 34_567 });
    expect(product(wrapped(host, 80)).host?.byStatus[3]?.at.quote).toEndWith("tolerance: 34567");
  });

  test("until its last line is there a text is cut off", () => {
    for (const text of [CLIENT, WAITING, HOST, JAPANESE]) {
      const lines = text.split("\n");
      const last = text === CLIENT || text === JAPANESE ? 2 : 1;
      for (let count = 4; count <= lines.length; count += 1) {
        const report = product(lines.slice(0, count).join("\n"));
        expect(report.cutOff).toBe(count <= lines.length - last);
      }
    }
  });

  test("what has lost its beginning is read from where it begins", () => {
    const report = product(CLIENT.slice(CLIENT.indexOf("Partial")));
    expect(plain(report)).toMatchObject({
      partialKey: "2YT43",
      status: 1,
      client: CLIENT_VALUES.client,
      cutOff: true,
    });
  });
});

describe("several in one text", () => {
  test("products of one transcript share their stretch", () => {
    const second = WAITING.slice(WAITING.indexOf("Name:"));
    const { collector } = read(`${CLIENT}\n\n${second}`);
    expect(collector.products.map(({ partialKey }) => partialKey?.value)).toEqual(["2YT43", "T83GX"]);
    expect(collector.readings).toHaveLength(1);
    expect(collector.readings[0]?.records).toBe(2);
  });

  test("transcripts are stretches of their own", () => {
    const { collector } = read(`${CLIENT}\n\n${HOST}\n\n${WAITING}`);
    expect(collector.products).toHaveLength(3);
    expect(new Set(collector.products.map(({ origin }) => origin)).size).toBe(3);
  });

  test("names of a prompt go with what was printed below it", () => {
    const { collector } = read(
      `[pc-1]: PS C:\\> slmgr /dlv\n${CLIENT}\n[pc-2]: PS C:\\> slmgr /dlv\n${WAITING}`,
    );
    expect(collector.products.map(({ origin }) => origin.names)).toEqual([["pc-1"], ["pc-2"]]);
  });
});

describe("what is none of it", () => {
  const others = [
    "Name: kms01.tailspin.example\nAddress: 10.1.1.1\n\nDescription: Intel(R) Ethernet",
    "Server:  dc1\nAddress:  10.0.0.1\n\n*** dc1 can't find x: Non-existent domain",
    "The description says VOLUME_KMSCLIENT channel, as it should.",
    "Status: Running\nName: sppsvc\nDescription: Software Protection",
    "hello\n\nbye",
  ];
  for (const text of others) {
    test(JSON.stringify(text.slice(0, 40)), () => {
      const { collector, understood } = read(text);
      expect(collector.readings).toHaveLength(0);
      expect(understood.size).toBe(0);
    });
  }
});

describe("any text", () => {
  const all = [CLIENT, HOST, WAITING, JAPANESE, OSPP, inNoLanguage(HOST)].join("\n\n");
  const lines = all.split("\n");

  test("cut anywhere is read without failing", () => {
    fc.assert(
      fc.property(fc.nat(all.length), fc.nat(all.length), (start, length) => {
        read(all.slice(start, start + length));
      }),
    );
  });

  test("shuffled is read without failing", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(lines), (some) => {
        for (const { at } of read(some.join("\n")).collector.products)
          expect(at.quote).toStartWith(some[at.line - 1]?.trim() ?? "?");
      }),
    );
  });

  test("at random is read without failing", () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom(...lines, ": ", "(", "0x", "...", "C:\\>", "\n", "|", "> "),
    );
    fc.assert(fc.property(fc.array(word, { maxLength: 40 }), (words) => void read(words.join(""))));
  });

  test("of endless lines is read in time", () => {
    for (const piece of [
      "(",
      "1",
      "a:",
      " ",
      "0x",
      "-",
      "https://",
      "Name: ",
      "名前: ",
      "> ",
      "7311-",
      "|",
      "{",
      "[",
    ]) {
      read(`Description: a, RETAIL channel\n${piece.repeat(120_000)}\n${`${piece}\n`.repeat(3000)}`);
    }
  });
});
