/** Code without its margin. */
interface BareCode {
  readonly code: string;
  /** The white space that all its lines began with. */
  readonly margin: string;
  /** The white space that the first line begins with after that. */
  readonly first: string;
}

/** Takes the margin off code; lines end with `\n` afterwards. */
export function bare(code: string): BareCode {
  const text = code.replace(/\r\n?/g, '\n');
  const margin = commonMargin(text);
  const lines = text.split('\n').map((line) => (line.trim() === '' ? '' : line.slice(margin.length)));
  return { code: lines.join('\n'), margin, first: leadOf(lines.find((line) => line !== '') ?? '') };
}

/**
 * Puts the margin of the original back on new code. Models that put the whole margin back themselves begin deeper than
 * the bare original did: what they added is taken off first.
 */
export function reindent(code: string, { margin, first }: Pick<BareCode, 'margin' | 'first'>): string {
  const lines = code.split('\n');
  const lead = leadOf(lines.find((line) => line.trim() !== '') ?? '');
  const extra = lead.length > first.length && lead.endsWith(first) && margin !== '' ? lead.length - first.length : 0;
  return lines
    .map((line) => (line.trim() === '' ? '' : margin + line.slice(Math.min(extra, leadOf(line).length))))
    .join('\n');
}

/** The white space that all non-empty lines begin with. */
function commonMargin(code: string): string {
  const leads = code
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(leadOf);
  const [shortest = ''] = [...leads].sort((a, b) => a.length - b.length);
  let length = shortest.length;
  while (!leads.every((lead) => lead.startsWith(shortest.slice(0, length)))) length--;
  return shortest.slice(0, length);
}

function leadOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}
