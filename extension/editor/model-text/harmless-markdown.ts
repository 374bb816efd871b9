import MarkdownIt from 'markdown-it';

type Token = ReturnType<InstanceType<typeof MarkdownIt>['parse']>[number];

/** Longer Markdown is cut off by VS Code, possibly within code, whose text would then be read as Markdown. */
const lengthMax = 90_000;
/** Lists and quotes within each other; deeper ones are shown as text. */
const nestingMax = 12;

// Without strikethrough: some parsers take its signs and a backtick after them for text.
const parser = new MarkdownIt({ html: false, linkify: false }).disable('strikethrough');
// Every address is text here, so that none has to be judged.
parser.validateLink = () => true;

/**
 * Rewrites Markdown of the model so that nothing in it loads or runs anything, whichever way it is read: the parts that
 * are known to be harmless are written again, everything else is escaped. Links become their text and their address,
 * images their description and their address. HTML is shown as text. Holds for half an answer too.
 */
export function harmlessMarkdown(text: string): string {
  const written = blocks(parser.parse(text, {}), 0);
  return written.length <= lengthMax ? written : plainMarkdown(text);
}

/** Markdown that shows exactly this text, with its lines. Cut where VS Code would cut it. */
export function plainMarkdown(text: string): string {
  const half = Math.floor(lengthMax / 2);
  const shown = text.length <= half ? text : `${text.slice(0, half)}…`;
  return shown
    .split(/\r?\n|\r/)
    .map((line) => escaped(line.trim()))
    .join('  \n');
}

/** A block of code that shows exactly this text. */
export function codeMarkdown(text: string, language: string): string {
  return fence(text, language);
}

/** The blocks of one container, with an empty line between them. */
function blocks(tokens: readonly Token[], depth: number): string {
  const written: string[] = [];
  for (let at = 0; at < tokens.length;) {
    const end = endOf(tokens, at);
    written.push(block(tokens.slice(at, end), depth));
    at = end;
  }
  return written.filter((one) => one !== '').join('\n\n');
}

/** One block: an opening token, its content and its closing token, or a single token. */
function block(tokens: readonly Token[], depth: number): string {
  const [first] = tokens;
  if (first === undefined) return '';
  const inner = tokens.slice(1, -1);
  switch (first.type) {
    case 'paragraph_open':
      return inline(inner[0]);
    case 'heading_open':
      return `${first.markup.startsWith('#') ? first.markup : headingMarks(first.tag)} ${oneLine(inline(inner[0]))}`;
    case 'hr':
      return '---';
    case 'fence':
      return fence(first.content, first.info);
    case 'code_block':
      return fence(first.content, '');
    case 'blockquote_open':
      return depth >= nestingMax ? blocks(inner, depth) : prefixed(blocks(inner, depth + 1), '> ', '> ');
    case 'bullet_list_open':
    case 'ordered_list_open':
      return list(first, inner, depth);
    case 'table_open':
      return table(inner);
    default:
      return escaped(first.content);
  }
}

function list(open: Token, inner: readonly Token[], depth: number): string {
  const items: string[] = [];
  let number = Number(open.attrGet('start') ?? 1);
  const isTight = inner.some((token) => token.type === 'paragraph_open' && token.hidden);
  for (let at = 0; at < inner.length;) {
    const end = endOf(inner, at);
    const content = blocks(inner.slice(at + 1, end - 1), depth + 1);
    const mark = open.type === 'ordered_list_open' ? `${number++}. ` : '- ';
    items.push(depth >= nestingMax ? content : prefixed(content, mark, ' '.repeat(mark.length)));
    at = end;
  }
  return items.join(isTight && items.every((item) => !item.includes('\n')) ? '\n' : '\n\n');
}

function table(inner: readonly Token[]): string {
  const rows: string[][] = [];
  for (const [at, token] of inner.entries()) {
    if (token.type === 'tr_open') rows.push([]);
    // A bar in code would end the cell, and with it the code.
    if (token.type === 'th_open' || token.type === 'td_open')
      rows.at(-1)?.push(oneLine(inline(inner[at + 1], { bars: true })));
  }
  const [head, ...rest] = rows;
  if (head === undefined) return '';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rest.map(line)].join('\n');
}

/** The inline content of a block. With `bars`, code that contains `|` is written as text. */
function inline(token: Token | undefined, { bars = false } = {}): string {
  let out = '';
  const links: string[] = [];
  // Some parsers end emphasis within code, and read the rest of the code as Markdown: code goes before emphasis.
  const plain = token?.children?.some((child) => child.type === 'code_inline' && /[*_]/.test(child.content)) === true;
  const add = (piece: string): void => {
    // Two pieces of code side by side would be one.
    out += out.endsWith('`') && piece.startsWith('`') ? ` ${piece}` : piece;
  };
  for (const child of token?.children ?? []) {
    switch (child.type) {
      case 'text':
        add(escaped(child.content));
        break;
      case 'code_inline':
        add(bars && child.content.includes('|') ? escaped(child.content) : codeSpan(child.content));
        break;
      case 'softbreak':
        out += '\n';
        break;
      case 'hardbreak':
        out += '  \n';
        break;
      case 'strong_open':
      case 'strong_close':
      case 'em_open':
      case 'em_close':
        if (!plain) add(child.markup);
        break;
      case 'link_open':
        links.push(String(child.attrGet('href') ?? ''));
        break;
      case 'link_close':
        add(addressOf(links.pop() ?? '', out));
        break;
      case 'image':
        add(escaped(child.content));
        add(addressOf(String(child.attrGet('src') ?? ''), out));
        break;
      default:
        add(escaped(child.content));
    }
  }
  return out;
}

/** The address after the text of a link, unless the text is the address. */
function addressOf(address: string, written: string): string {
  const shown = escaped(readable(address));
  return address === '' || written.endsWith(shown) ? '' : ` \\(${shown}\\)`;
}

function readable(address: string): string {
  try {
    return decodeURI(address);
  } catch (thrown) {
    if (thrown instanceof URIError) return address;
    throw thrown;
  }
}

function fence(content: string, info: string): string {
  const ticks = '`'.repeat(Math.max(3, longestRun(content) + 1));
  const language = /^[\w+#.-]{1,30}/.exec(info.trim())?.[0] ?? '';
  return `${ticks}${language}\n${content.replace(/\n$/, '')}\n${ticks}`;
}

function codeSpan(content: string): string {
  const text = oneLine(content);
  const ticks = '`'.repeat(longestRun(text) + 1);
  const pad = text.startsWith('`') || text.endsWith('`') || text.trim() !== text ? ' ' : '';
  return text.trim() === '' ? '' : ticks + pad + text + pad + ticks;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}

/** Every sign that Markdown may read as its own gets a backslash. */
function escaped(text: string): string {
  // Line ends and other controls could begin a block.
  return text.replace(/\p{Cc}+/gu, ' ').replace(/[!-/:-@[-`{-~]/g, '\\$&');
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ');
}

/** The first line after `first`, all others after `rest`. */
function prefixed(text: string, first: string, rest: string): string {
  return text
    .split('\n')
    .map((line, at) => (at === 0 ? first : rest) + line)
    .join('\n');
}

function headingMarks(tag: string): string {
  return '#'.repeat(Number(tag.slice(1)));
}

/** Index after the block that begins at `at`. */
function endOf(tokens: readonly Token[], at: number): number {
  let depth = 0;
  for (let end = at; end < tokens.length; end++) {
    depth += tokens[end]?.nesting ?? 0;
    if (depth <= 0) return end + 1;
  }
  return tokens.length;
}
