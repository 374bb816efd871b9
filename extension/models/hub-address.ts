import { CodedError } from '../../native/protocol/coded-error.ts';
import { translate } from '../translation.ts';

const segment = '[A-Za-z0-9_-][A-Za-z0-9._-]*';
const repositoryName = new RegExp(`^${segment}/${segment}$`);

/** The addresses of a hub: Hugging Face's, or a mirror with the same interface. */
export class HubAddress {
  readonly #base: string;
  readonly #origin: string;

  /** `endpoint`: as in the settings. Throws hub.address unless it is https or on this machine. */
  constructor(endpoint: string) {
    const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
    if (url === undefined || !isSafe(url) || url.username !== '' || url.search !== '') {
      const text = translate('The setting moonwright.hubEndpoint must be an https:// address; correct it.');
      throw new CodedError('hub.address', text);
    }
    this.#origin = url.origin;
    this.#base = url.href.replace(/\/+$/, '');
  }

  /** Whether a request may go to this address at all: https, or http where the hub itself is on this machine. */
  allows(url: URL): boolean {
    return url.protocol === 'https:' || (url.protocol === 'http:' && this.#origin.startsWith('http:') && isSafe(url));
  }

  /** Whether this is the hub itself, the only one that may see the user's token. */
  isHub(url: URL): boolean {
    return url.origin === this.#origin;
  }

  /** What the hub knows about a repository at its newest commit, `sha` among it. */
  repository(name: string): URL {
    return new URL(`${this.#base}/api/models/${checked(name)}`);
  }

  /** The files of a repository at a commit. */
  tree(name: string, commit: string): URL {
    return new URL(`${this.#base}/api/models/${checked(name)}/tree/${commit}?recursive=true`);
  }

  /** The bytes of a file. */
  file(name: string, commit: string, path: string): URL {
    const escaped = path.split('/').map(encodeURIComponent).join('/');
    return new URL(`${this.#base}/${checked(name)}/resolve/${commit}/${escaped}`);
  }

  /** Repositories with GGUF files whose name fits `text`, those with the most downloads first. */
  search(text: string, limit: number): URL {
    const url = new URL(`${this.#base}/api/models`);
    const query = { search: text, filter: 'gguf', sort: 'downloads', direction: '-1', limit: String(limit) };
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
    return url;
  }

  /** The page of a repository for people, where a licence is accepted. */
  page(name: string): string {
    return `${this.#base}/${checked(name)}`;
  }
}

/** Whether `name` is `owner/name` as the hub writes it. It becomes part of addresses and paths. */
export function isRepositoryName(name: string): boolean {
  return repositoryName.test(name) && !name.includes('..') && !name.includes('--') && name.length <= 200;
}

function checked(name: string): string {
  if (!isRepositoryName(name))
    throw new CodedError('hub.missing', translate('"{0}" names no repository of the hub.', name.slice(0, 80)));

  return name;
}

function isSafe(url: URL): boolean {
  if (url.protocol === 'https:') return true;
  return url.protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
}
