/**
 * Shortens a tool result to `limit` tokens. Keeps its beginning and end, with a line in between that says how many
 * lines are missing. `count` counts tokens with the model's tokenizer.
 */
export async function cutToBudget(
  text: string,
  limit: number,
  count: (texts: readonly string[]) => Promise<readonly number[]>,
): Promise<string> {
  // A token is rarely shorter than a character, so a short text is not counted.
  if (text.length <= limit) return text;
  const [tokens = 0] = await count([text]);
  if (tokens <= limit) return text;
  const lines = text.split('\n');
  let share = (limit / tokens) * 0.9;
  for (let round = 0; round < 4; round++) {
    const cut = lines.length > 3 ? cutLines(lines, share) : cutCharacters(text, share);
    const [after = 0] = await count([cut]);
    if (after <= limit) return cut;
    share *= (limit / after) * 0.9;
  }
  return cutCharacters(text, share / 2);
}

function cutLines(lines: readonly string[], share: number): string {
  const room = Math.floor(lines.join('\n').length * share);
  const head: string[] = [];
  const tail: string[] = [];
  let used = 0;
  let first = 0;
  let last = lines.length - 1;
  // Two lines from the beginning for each line from the end: results are mostly read from the top.
  for (let turn = 0; first <= last; turn++) {
    const line = turn % 3 < 2 ? lines[first] : lines[last];
    if (line === undefined || used + line.length + 1 > room) break;
    used += line.length + 1;
    if (turn % 3 < 2) {
      head.push(line);
      first++;
    } else {
      tail.unshift(line);
      last--;
    }
  }
  const missing = last - first + 1;
  if (head.length === 0) return cutCharacters(lines.join('\n'), share);
  return [...head, `[... ${missing} lines left out ...]`, ...tail].join('\n');
}

function cutCharacters(text: string, share: number): string {
  const room = Math.max(0, Math.floor(text.length * share));
  const head = Math.ceil((room * 2) / 3);
  const tail = room - head;
  const note = `[... ${text.length - head - tail} characters left out ...]`;
  return [text.slice(0, head), note, text.slice(text.length - tail)].join('\n');
}
