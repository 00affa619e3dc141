import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { makeFolder } from "../../test/folders.ts";
import { Problem } from "../protocol/problems.ts";
import { addSettings, wholeNumber } from "./settings.ts";

/** Runs a small program with a settings file and environment, and gives the options its action got. */
async function optionsOf(
  args: string[],
  toml = "",
  environment: Record<string, string> = {},
): Promise<unknown> {
  const config = join(makeFolder(), "muster.toml");
  writeFileSync(config, toml);
  let options: unknown;
  const program = new Command()
    .option("--config <file>")
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  program
    .command("host")
    .command("run")
    .option("--port <number>", "", wholeNumber(0, 65_535), 1688)
    .option("--dns-domain <domain...>")
    .option("--no-dns")
    .option("--verbose")
    .requiredOption("--catalogue <file>")
    .action((given) => {
      options = given;
    });
  addSettings(program);
  const names = Object.keys(environment);
  for (const name of names) process.env[name] = environment[name];
  try {
    await program.parseAsync(["--config", config, "host", "run", ...args], { from: "user" });
  } finally {
    for (const name of names) delete process.env[name];
  }
  return options;
}

const given = ["--catalogue", "c.jws"];

describe("an option", () => {
  const cases: [
    title: string,
    args: string[],
    toml: string,
    environment: Record<string, string>,
    port: number,
  ][] = [
    ["has its default when nothing sets it", [], "", {}, 1688],
    ["is read from the top of the file", [], "port = 1", {}, 1],
    ["is read from its role's table before the top", [], "port = 1\n[host]\nport = 2", {}, 2],
    ["is not read from another role's table", [], "[client]\nport = 2", {}, 1688],
    ["is read from the environment before the file", [], "port = 1", { MUSTER_PORT: "3" }, 3],
    [
      "is read from its role's variable before the common one",
      [],
      "",
      { MUSTER_PORT: "3", MUSTER_HOST_PORT: "4" },
      4,
    ],
    ["is read from the command line before all", ["--port", "5"], "port = 1", { MUSTER_PORT: "3" }, 5],
  ];
  test.each(cases)("%s", async (_, args, toml, environment, port) => {
    expect(await optionsOf([...given, ...args], toml, environment)).toMatchObject({ port });
  });

  test("that takes several values takes a list in the file and commas in the environment", async () => {
    expect(await optionsOf(given, 'dns-domain = ["a.example", "b.example"]')).toMatchObject({
      dnsDomain: ["a.example", "b.example"],
    });
    expect(await optionsOf(given, "", { MUSTER_DNS_DOMAIN: "a.example, b.example" })).toMatchObject({
      dnsDomain: ["a.example", "b.example"],
    });
  });

  test("that is a switch takes true and false, and its negative switches it off", async () => {
    expect(await optionsOf(given, "no-dns = true\nverbose = true")).toMatchObject({
      dns: false,
      verbose: true,
    });
    expect(await optionsOf(given, "", { MUSTER_NO_DNS: "0" })).toMatchObject({ dns: true });
  });

  test("that is required may come from the environment, and is missed when nothing gives it", async () => {
    expect(await optionsOf([], "", { MUSTER_CATALOGUE: "env.jws" })).toMatchObject({ catalogue: "env.jws" });
    await expect(optionsOf([])).rejects.toThrow("required option '--catalogue <file>' is not given");
  });
});

test("a verb of host and client finds each role's folder in environment and file", async () => {
  const config = join(makeFolder(), "muster.toml");
  writeFileSync(config, '[host]\ndata = "/srv/host"\n[client]\ndata = "/srv/client"');
  let folders: unknown;
  const program = new Command().option("--config <file>");
  program
    .command("dlv")
    .option("--role <role>")
    .action((options) => {
      folders = options.folders;
    });
  addSettings(program);
  process.env.MUSTER_CLIENT_DATA = "/home/client";
  await program.parseAsync(["--config", config, "dlv"], { from: "user" });
  delete process.env.MUSTER_CLIENT_DATA;
  expect(folders).toEqual({ host: "/srv/host", client: "/home/client" });
});

describe("a value that cannot be used", () => {
  const sentence = async (toml: string, environment: Record<string, string> = {}): Promise<string> => {
    const error = await optionsOf(given, toml, environment).catch((thrown) => thrown);
    return error instanceof Problem && error.exit === 2 ? error.message : `not a clear error: ${error}`;
  };
  test("is named with the place it came from", async () => {
    expect(await sentence('port = "banana"')).toStartWith("port in the settings file is 'banana'");
    expect(await sentence("", { MUSTER_PORT: "70000" })).toStartWith("MUSTER_PORT is '70000'");
    expect(await sentence('verbose = "perhaps"')).toStartWith("verbose in the settings file is 'perhaps'");
    expect(await sentence("port = = 1")).toContain("cannot be read");
  });
});
