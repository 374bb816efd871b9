import createDomPurify from 'dompurify';
import MarkdownIt from 'markdown-it';
import { say } from './strings.ts';

const markdown = new MarkdownIt({ html: false, linkify: true, breaks: false, typographer: false });
// Only complete addresses become links: `run.py` is a file, not a host in Paraguay.
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
// All addresses are kept: none is ever loaded, and `linkTarget` decides which may be opened.
markdown.validateLink = () => true;
markdown.renderer.rules.image = (tokens, at) => {
  const token = tokens[at];
  const name = token?.content === '' || token === undefined ? (token?.attrGet('src') ?? '') : token.content;
  return `<span class="md-image">${markdown.utils.escapeHtml(say('image', name))}</span>`;
};

const purify = createDomPurify(window);
const allowed = {
  ALLOWED_TAGS: [
    'a',
    'b',
    'blockquote',
    'br',
    'code',
    'del',
    'em',
    'h1',
    'h2',
    'h3',
    'h4',
    'h5',
    'h6',
    'hr',
    'i',
    'li',
    'ol',
    'p',
    'pre',
    's',
    'span',
    'strong',
    'table',
    'tbody',
    'td',
    'th',
    'thead',
    'tr',
    'ul',
  ],
  ALLOWED_ATTR: ['class', 'href', 'start', 'title'],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true as const,
};

/** Link target for the host to open. */
export type LinkTarget =
  | { readonly kind: 'web'; readonly url: string }
  | { readonly kind: 'file'; readonly path: string; readonly line: number | undefined };

/**
 * Renders a model's Markdown. The result contains no raw HTML of the text and no address the browser could load: links
 * become spans with `data-href`, images become their description. Fenced code stays a `pre`.
 */
export function renderMarkdown(text: string): DocumentFragment {
  const fragment = purify.sanitize(markdown.render(text), allowed);
  for (const link of fragment.querySelectorAll('a')) link.replaceWith(linkElement(link));
  for (const code of fragment.querySelectorAll(':not(pre) > code')) markFileName(code);
  return fragment;
}

/** Target of a link: a web address or a workspace file. Undefined if it may not be opened. */
export function linkTarget(href: string): LinkTarget | undefined {
  if (/^https?:\/\//i.test(href)) return { kind: 'web', url: href };
  const file = /^(?:\.\/)?([^:#?]+?)(?:(?::|#L)(\d{1,7})(?:[:-].*)?)?$/.exec(decode(href));
  const path = file?.[1];
  if (path === undefined || path.startsWith('//')) return undefined;
  return { kind: 'file', path, line: file?.[2] === undefined ? undefined : Math.max(1, Number(file[2])) };
}

function linkElement(link: HTMLAnchorElement): HTMLElement {
  const href = link.getAttribute('href') ?? '';
  const span = document.createElement('span');
  span.append(...link.childNodes);
  if (linkTarget(href) === undefined) return span;
  markLink(span, href);
  // The link's text may say anything, so its target is shown as well.
  span.title = href;
  return span;
}

/** Makes inline code that looks like a file of the workspace open it. */
function markFileName(code: Element): void {
  const text = code.textContent ?? '';
  if (
    /^(?!\/)[\w@.\-/]*[\w-]\.[a-zA-Z]\w{0,5}(:\d+)?$/.test(text) &&
    /\/|\.(m?[jt]sx?|cjs|py|rs|go|json|md|css|html|ya?ml|toml|java|kt|c|h|cpp|rb|php|sh|sql|swift)(:\d+)?$/.test(text)
  )
    markLink(code, text);
}

function markLink(element: Element, href: string): void {
  element.classList.add('md-link');
  element.setAttribute('role', 'link');
  element.setAttribute('tabindex', '0');
  element.setAttribute('data-href', href);
}

function decode(href: string): string {
  try {
    return decodeURIComponent(href);
  } catch (thrown) {
    if (thrown instanceof URIError) return href;
    throw thrown;
  }
}
