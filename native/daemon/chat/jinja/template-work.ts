/** A template takes too long or writes too much. */
export class TemplateLimit extends Error {}

/** Characters that the engine of JavaScript copies or searches in the time of one step. */
const charactersPerStep = 64;

let left = Infinity;

/**
 * Runs `work`, in which `spendSteps` throws TemplateLimit once that many steps are spent. Within another call its steps
 * count for both. Rendering never waits, so that one count at a time is enough, and filters deep inside of a value need
 * not be handed it.
 */
export function withinSteps<T>(steps: number, work: () => T): T {
  const before = left;
  const given = Math.min(steps, before);
  left = given;
  try {
    return work();
  } finally {
    left = before === Infinity ? Infinity : before - (given - left);
  }
}

export function spendSteps(steps: number): void {
  left -= steps;
  if (left < 0) throw new TemplateLimit('it takes too many steps');
}

/** For texts that are copied or searched whole. */
export function spendText(characters: number): void {
  spendSteps(Math.ceil(characters / charactersPerStep));
}
