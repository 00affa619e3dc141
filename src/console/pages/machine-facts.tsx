import type { ComponentChildren } from "preact";
import type { Machine } from "../api-types.ts";
import { useFormat, useWords } from "../language.tsx";
import { Badge } from "../parts/badge.tsx";
import { Copy } from "../parts/copy.tsx";
import { Time } from "../parts/time.tsx";
import { en } from "../words/en/machine.ts";
import { ja } from "../words/ja/machine.ts";
import { useProducts } from "./machine-products.ts";

const FINE = "0x00000000";
/** So much of a fingerprint tells it from others at a glance. */
const GLANCE = 12;

/** What the host knows of a machine. */
export function MachineFacts({ machine }: { machine: Machine }) {
  const words = useWords({ en, ja });
  const { number } = useFormat();
  const { nameOf } = useProducts();
  const { product, cmid, address, fingerprint, virtual, requests, code, note } = machine;
  return (
    <section>
      <h2 class="unseen">{words.facts}</h2>
      <dl class="machine-facts">
        <Fact name={words.product}>{nameOf(product)}</Fact>
        <Fact name={words.leaseExpires}>
          {machine.leaseExpires === null ? (
            <span class="faint">{words.states.unlicensed}</span>
          ) : (
            <Time at={machine.leaseExpires} />
          )}
        </Fact>
        <Fact name={words.lastSeen}>
          <Time at={machine.lastSeen} />
        </Fact>
        <Fact name={words.nextRenewal}>
          <Time at={machine.nextRenewal} />
        </Fact>
        <Fact name={words.firstSeen}>
          <Time at={machine.firstSeen} />
        </Fact>
        <Fact name={words.requests}>{number(requests)}</Fact>
        <Fact name={words.code}>
          <Badge kind={code === FINE ? "good" : "warn"}>{code}</Badge>
        </Fact>
        <Fact name={words.address}>
          {address} <a href={`/machines?search=${encodeURIComponent(address)}`}>{words.sameAddress}</a>
        </Fact>
        <Fact name={words.kind}>{virtual ? words.virtual : words.physical}</Fact>
        <Fact name={words.fingerprint}>
          <code title={fingerprint}>{fingerprint.slice(0, GLANCE)}</code>
        </Fact>
        <Fact name={words.cmid} isWide>
          <Copy text={cmid} />
        </Fact>
        <Fact name={words.note} isWide>
          {note === "" ? <span class="faint">{words.noNote}</span> : <span class="machine-note">{note}</span>}
        </Fact>
      </dl>
    </section>
  );
}

function Fact({
  name,
  isWide = false,
  children,
}: {
  name: string;
  isWide?: boolean;
  children: ComponentChildren;
}) {
  return (
    <div class={isWide ? "machine-wide" : undefined}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
