import type { Status } from "../api-types.ts";
import { useFormat, useWords } from "../language.tsx";
import { Badge } from "../parts/badge.tsx";
import { Empty } from "../parts/empty.tsx";
import { en } from "../words/en/overview.ts";
import { ja } from "../words/ja/overview.ts";

type Application = Status["applications"][number];

/** The count of each application, against what each of its products requires. */
export function Counts({ applications }: Pick<Status, "applications">) {
  const words = useWords({ en, ja });
  if (applications.every(({ unique }) => unique === 0)) {
    return (
      <Empty title={words.nobody} command="muster ato">
        {words.nobodyHint}
      </Empty>
    );
  }
  return (
    <div class="overview-counts">
      {applications.map((application) => (
        <Count key={application.id} {...application} />
      ))}
    </div>
  );
}

function Count({ name, current, products }: Application) {
  const words = useWords({ en, ja });
  const { number } = useFormat();
  return (
    <section class="overview-count" aria-label={words.countOf(name)}>
      <h2>{name}</h2>
      <p class="overview-current">
        <strong>{number(current)}</strong> <span class="faint">{words.count}</span>
      </p>
      <ul>
        {products.map((product) => {
          const isReached = current >= product.required;
          const label = words.progress(product.name, number(current), number(product.required));
          return (
            <li key={product.id}>
              <span>
                {product.name}{" "}
                <Badge kind={isReached ? "good" : "warn"}>
                  {isReached
                    ? words.reached(number(product.required))
                    : words.missing(product.required - current)}
                </Badge>
              </span>
              <meter
                min={0}
                max={product.required}
                value={Math.min(current, product.required)}
                aria-label={label}
              >
                {label}
              </meter>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
