/** Counts the tokens of texts with the model's tokenizer. */
type CountTokens = (texts: readonly string[]) => Promise<readonly number[]>;

/** Tokens that the note about left out lines takes. */
const noteTokens = 16;
const roundsMax = 6;
/** Characters per token of a line that are looked at: of a longer line most is left out in any case. */
const charactersPerToken = 16;

/**
 * Shortens a tool result to `limit` tokens. Keeps its beginning and end, with a line in between that says how many
 * lines are missing. A line that alone would take most of the room is cut itself, so that it does not hide the others.
 */
export async function cutToBudget(text: string, limit: number, count: CountTokens): Promise<string> {
  // A token has at least one byte, so a short text is not counted.
  if (text.length <= limit && new TextEncoder().encode(text).length <= limit) return text;
  const [tokens = 0] = await count([text]);
  if (tokens <= limit) return text;
  const lines = await shortLines(text.split('\n'), limit, count);
  let room = limit - noteTokens;
  for (let round = 0; round < roundsMax; round++) {
    const cut = headAndTail(lines, room);
    const [after = 0] = await count([cut]);
    if (after <= limit) return cut;
    room *= (limit / after) * 0.9;
  }
  return withoutMiddle(text, Math.floor(limit / 4));
}

interface CountedLine {
  readonly text: string;
  readonly tokens: number;
}

/** The lines that may be kept, each with its tokens; long ones are cut. Undefined stands for lines in between. */
async function shortLines(
  lines: readonly string[],
  limit: number,
  count: CountTokens,
): Promise<readonly (CountedLine | undefined)[]> {
  const lineMax = Math.floor(Math.max(limit / 8, (limit - noteTokens) / lines.length));
  const kept = lines.map((line, at) => {
    // Every line takes a token at least.
    if (at >= limit && at < lines.length - limit) return undefined;
    return line.length > lineMax * charactersPerToken ? withoutMiddle(line, lineMax * charactersPerToken) : line;
  });
  const wanted = kept.filter((line) => line !== undefined);
  const counts = await count(wanted);
  const short = wanted.map((line, at) => {
    const tokens = counts[at] ?? 0;
    if (tokens <= lineMax) return line;
    return withoutMiddle(line, Math.max(0, Math.floor((line.length * lineMax * 0.9) / tokens) - 4 * noteTokens));
  });
  const changed = short.flatMap((line, at) => (line === wanted[at] ? [] : [at]));
  const again = await count(changed.map((at) => short[at] ?? ''));
  const recounted = new Map(changed.map((at, index) => [at, again[index]]));
  const tokens = counts.map((before, at) => recounted.get(at) ?? before);
  let next = 0;
  return kept.map((line) => {
    if (line === undefined) return undefined;
    const at = next++;
    return { text: short[at] ?? '', tokens: (tokens[at] ?? 0) + 1 };
  });
}

/** Two lines from the beginning for each line from the end: results are mostly read from the top. */
function headAndTail(lines: readonly (CountedLine | undefined)[], room: number): string {
  const head: string[] = [];
  const tail: string[] = [];
  let used = 0;
  let first = 0;
  let last = lines.length - 1;
  for (let turn = 0; first <= last; turn++) {
    const isHead = turn % 3 < 2;
    const line = lines[isHead ? first : last];
    if (line === undefined || used + line.tokens > room) break;
    used += line.tokens;
    if (isHead) {
      head.push(line.text);
      first++;
    } else {
      tail.unshift(line.text);
      last--;
    }
  }
  const missing = last - first + 1;
  return missing === 0
    ? head.concat(tail).join('\n')
    : [...head, `[... ${missing} lines left out ...]`, ...tail].join('\n');
}

/** The first two thirds of `room` characters and the last third, with a note in between. */
function withoutMiddle(text: string, room: number): string {
  const headEnd = wholeCharacter(text, Math.ceil((room * 2) / 3));
  const tailStart = wholeCharacter(text, text.length - (room - headEnd));
  return `${text.slice(0, headEnd)}[... ${tailStart - headEnd} characters left out ...]${text.slice(tailStart)}`;
}

/** The place, or the one before it if a surrogate pair would be cut. */
function wholeCharacter(text: string, at: number): number {
  const left = text.charCodeAt(at - 1);
  return left >= 0xd800 && left <= 0xdbff ? at - 1 : at;
}
