import type { Command } from "commander";
import { addApprove } from "./vendor/approve.ts";
import { addConfirm } from "./vendor/confirm.ts";
import { addInit } from "./vendor/init.ts";
import { addHostKey, addMak, addSetupKey } from "./vendor/keys.ts";
import { addLedger } from "./vendor/ledger.ts";
import { addProduct } from "./vendor/product.ts";
import { addRevoke } from "./vendor/revoke.ts";
import { addServe } from "./vendor/serve.ts";

/** Adds `muster vendor …`: what a software vendor does to ship products and to activate customers' hosts. */
export function addTo(program: Command): void {
  const group = program
    .command("vendor")
    .description("Make the catalogue, the keys and the host licences of a software vendor.");
  addInit(group);
  addProduct(group);
  addSetupKey(group);
  addHostKey(group);
  addMak(group);
  addApprove(group);
  addConfirm(group);
  addServe(group);
  addRevoke(group);
  addLedger(group);
}
