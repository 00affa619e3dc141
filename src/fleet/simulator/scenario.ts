import { DAY } from "../../protocol/time.ts";
import { type Story, tellStory } from "./report.ts";
import { simulate, type World, type WorldOptions } from "./world.ts";

/** A story that can be played: how the world is made, for how long it runs, and what befalls it. */
export interface Scenario {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  readonly days: number;
  readonly world?: WorldOptions;
  /** Sets the scene at the start of the first day, and plans what is to happen. */
  readonly play: (world: World) => Promise<unknown> | undefined;
}

/** How a scenario is played. */
export interface PlayOptions {
  readonly seed?: number | undefined;
  /** Instead of the scenario's own length. */
  readonly days?: number | undefined;
  /** Told after each day. */
  readonly onDay?: (day: number, days: number) => void;
}

/** Plays a scenario from beginning to end. */
export async function playScenario(scenario: Scenario, options: PlayOptions = {}): Promise<Story> {
  const { seed = scenario.world?.seed ?? 1, days = scenario.days, onDay = () => {} } = options;
  await using world = simulate({ ...scenario.world, seed });
  await scenario.play(world);
  for (let day = 1; day <= days; day++) {
    await world.run(DAY);
    onDay(day, days);
  }
  // Awaited here: the world is closed when this function returns.
  return await tellStory(world);
}
