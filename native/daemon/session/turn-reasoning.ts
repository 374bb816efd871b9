import type { NativeReasoning } from '../../addon/contract.ts';
import type { ChatModel } from '../chat/chat-model.ts';

/** Tokens that thoughts may have before a call or an answer whose form is demanded, where no budget was chosen. */
const demandedMax = 4_096;

/**
 * The budget of thoughts before something that must come: what comes after them has at least half of the tokens left
 * in `room`.
 */
export function demandedBudget(chosen: number | undefined, room: number): number {
  return Math.min(chosen ?? demandedMax, Math.floor(room / 2));
}

/**
 * How the thoughts of the reply to a prompt are counted, and ended when they reach `budget` tokens; undefined for a
 * family without marks of thoughts. `prompt`: the end of its text.
 */
export async function turnReasoning(
  { format, promptTokenizer }: Pick<ChatModel, 'format' | 'promptTokenizer'>,
  prompt: string,
  budget: number | undefined,
): Promise<NativeReasoning | undefined> {
  const marks = format.reasoning;
  if (marks === undefined) return undefined;
  const { open, close, atStart } = marks;
  const found: NativeReasoning = { open, close, atStart, opened: prompt.trimEnd().endsWith(open) };
  if (budget === undefined) return found;
  const endings = await Promise.all(marks.endings.map((text) => promptTokenizer.tokenize(text)));
  const bounded: NativeReasoning = { ...found, budget, endings: endings.map(endingOf) };
  return bounded;
}

function endingOf(ids: readonly number[]): NonNullable<NativeReasoning['endings']>[number] {
  return { tokens: Int32Array.from(ids) };
}
