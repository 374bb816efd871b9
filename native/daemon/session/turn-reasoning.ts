import type { NativeReasoning } from '../../addon/contract.ts';
import type { ChatModel } from '../chat/chat-model.ts';

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
