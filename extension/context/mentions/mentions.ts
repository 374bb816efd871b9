import { paced } from '../paced.ts';
import {
  byFit,
  fitScore,
  suggestionsMax,
  type AskedRequest,
  type Mentioned,
  type MentionKind,
  type MentionName,
  type MentionSuggestion,
} from './mention-kind.ts';

export type MentionSuggestionShown = Omit<MentionSuggestion, 'score'>;

/** A mention in a request, with the text that is attached for it. */
export interface MentionText {
  readonly kind: MentionName;
  readonly label: string;
  readonly text: string;
  /** True if the user is asked before it is attached; `text` is sent if the answer is no. */
  readonly secret: boolean;
}

type Profile = 'compact' | 'full';

/** Kinds that are written with a colon and a name: `@file:src/a.js`. */
const named: readonly MentionName[] = ['file', 'folder', 'symbol'];
/** A mention as the panel recognises it while it is typed; names with spaces are in quotes. */
const written = /(?<=^|[\s([{"'`,;:，。；：（])@((?:[a-z]+:)?"[^"\n]+"|[^\s@"]+)/g;

interface Found {
  readonly mention: Mentioned;
  /** The part of the request that it replaces, without the `@`. */
  readonly word: string;
}

/** Mentions (`@...`) in requests: offers completions, estimates their tokens, and expands them for the model. */
export class Mentions {
  readonly #kinds: readonly MentionKind[];
  readonly #allowSecrets: (names: readonly string[]) => Promise<boolean>;
  /** Ends the search for an older query. */
  #asking: AbortController | undefined;

  /** The first of `kinds` that knows a word wins. `allowSecrets` asks the user whether secrets may be attached. */
  constructor(kinds: readonly MentionKind[], allowSecrets: (names: readonly string[]) => Promise<boolean>) {
    this.#kinds = kinds;
    this.#allowSecrets = allowSecrets;
  }

  /** Completions for the text after the `@`, best first; undefined when a newer query came meanwhile. */
  async suggest(query: string): Promise<readonly MentionSuggestionShown[] | undefined> {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    try {
      return await this.#suggestions(query, paced(asking.signal));
    } catch (error) {
      if (asking.signal.aborted) return undefined;
      throw error;
    }
  }

  async #suggestions(query: string, pause: () => Promise<void>): Promise<readonly MentionSuggestionShown[]> {
    const typed = query.replace(/^@/, '');
    const [kinds, rest] = this.#kindsOf(typed);
    const found = (await Promise.all(kinds.map((kind) => kind.suggest(rest.replace(/^"/, ''), pause)))).flat();
    const prefixes =
      kinds.length === 1
        ? []
        : named
            .map((kind) => ({
              kind,
              label: `@${kind}:`,
              detail: '',
              insert: `@${kind}:`,
              score: prefixScore(kind, typed),
            }))
            .filter(({ score }) => score > 0);
    return [...found, ...prefixes]
      .sort(byFit)
      .slice(0, suggestionsMax)
      .map(({ kind, label, detail, insert }) => ({ kind, label, detail, insert }));
  }

  /** The texts that are attached for the request's mentions, in order, each once. Never asks the user. */
  async texts(request: string, profile: Profile): Promise<readonly MentionText[]> {
    return Promise.all(
      once(await this.#find(request)).map(async ({ mention }) => ({
        kind: mention.kind,
        label: mention.label,
        secret: mention.secret === true && profile === 'full',
        text: await textOf(mention, profile, false),
      })),
    );
  }

  /** The request as the model gets it. Small models get bare paths: they read the files themselves. */
  async expand(
    request: string,
    profile: Profile,
    { asks }: { readonly asks: boolean } = { asks: true },
  ): Promise<AskedRequest> {
    const found = await this.#find(request);
    const mentions = once(found).map(({ mention }) => mention);
    const secrets = profile === 'full' ? mentions.filter(({ secret }) => secret === true) : [];
    const allowed =
      secrets.length > 0 && asks && (await this.#allowSecrets(secrets.map(({ label, path }) => path ?? label)));
    const texts = await Promise.all(mentions.map((mention) => textOf(mention, profile, allowed)));
    const said = request.replace(written, (whole, raw: string) => {
      const known =
        found.find(({ word }) => raw === word) ??
        found.find(({ word }) => raw.startsWith(word) && /^\W+$/.test(raw.slice(word.length)));
      return known === undefined ? whole : known.mention.words + raw.slice(known.word.length);
    });
    return {
      text: [said, ...texts.filter((text) => text !== '')].join('\n\n'),
      written: request,
      paths: mentions.flatMap(({ path }) => (path === undefined ? [] : [path])),
      whole:
        profile === 'full'
          ? mentions.flatMap(({ path, whole, secret }) =>
              path !== undefined && whole === true && (secret !== true || allowed) ? [path] : [],
            )
          : [],
    };
  }

  async #find(request: string): Promise<Found[]> {
    const found = new Map<string, Found>();
    for (const [, raw = ''] of request.matchAll(written)) {
      // The word, or the word without trailing punctuation.
      for (const word of new Set([raw, raw.replace(/[.,;:!?)\]}'`，。；：！？）]+$/u, '')])) {
        if (word === '' || found.has(word)) continue;
        const mention = await this.#meant(word);
        if (mention === undefined) continue;
        found.set(word, { mention, word });
        break;
      }
    }
    return [...found.values()];
  }

  async #meant(word: string): Promise<Mentioned | undefined> {
    const [kinds, rest] = this.#kindsOf(word);
    const name = rest.replace(/^"(.*)"$/, '$1');
    for (const kind of kinds) {
      // `@param` in a text about comments is not a symbol: symbols need `@symbol:`.
      if (kind.name === 'symbol' && kinds.length > 1) continue;
      const mention = await kind.find(name);
      if (mention !== undefined) return mention;
    }
    return undefined;
  }

  /** `file:src` asks that kind only. */
  #kindsOf(word: string): [readonly MentionKind[], string] {
    const at = word.indexOf(':');
    const kind =
      at < 0 ? undefined : this.#kinds.find(({ name }) => name === word.slice(0, at) && named.includes(name));
    return kind === undefined ? [this.#kinds, word] : [[kind], word.slice(at + 1)];
  }
}

async function textOf(mention: Mentioned, profile: Profile, allowed: boolean): Promise<string> {
  if (profile === 'compact') return (await mention.short?.()) ?? '';
  return mention.secret === true && !allowed
    ? `[${mention.path ?? mention.label} is not attached: it may hold secrets]`
    : mention.full();
}

/** The score of a kind's own name in the list; 0 leaves it out. */
function prefixScore(kind: string, typed: string): number {
  if (typed === '') return 1.6;
  return fitScore(kind, typed.toLowerCase()) < 4 ? 0 : 4.5;
}

/** Each mentioned target once, even if it is written in two ways. */
function once(found: readonly Found[]): Found[] {
  return found.filter(
    (one, at) =>
      found.findIndex(({ mention }) => mention.kind === one.mention.kind && mention.label === one.mention.label) === at,
  );
}
