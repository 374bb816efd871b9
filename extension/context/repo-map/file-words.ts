import type { MapFile } from './repo-graph.ts';

/** Weight of a word by where it occurs. */
const weights = { file: 2, definition: 1, folder: 0.5, exact: 4 };
const stopWords = new Set(
  [
    'a an and any are as at be but by can do does for from get give has have how i if in into is it its make',
    'me my new no not of on one or our out please should so some such than that the their them then there',
    'these they this to up use used uses using was we what when where which while who why will with would you',
    'your add change fix find let need want works work wrong right too very more most all each every other',
    'only also just now like instead after before few times first second last next way ways thing things',
    'something anything everything nothing maybe perhaps really actually currently still again always never often',
    'already yet both either neither same different another many much several could may might must shall cannot',
    'been being were had having did doing done got getting gets go goes going come comes seem seems look looks',
    'tell say says said see know think try tries trying explain describe',
  ].flatMap((line) => line.split(' ')),
);
const wordMax = 40;

interface WordPlace {
  readonly file: number;
  readonly weight: number;
}

/** The words in the names of each file: finds the files that a request in plain words is about. */
export class FileWords {
  readonly #places: ReadonlyMap<string, readonly WordPlace[]>;
  /** The words of each defined name. */
  readonly #names: ReadonlyMap<string, readonly string[]>;
  /** The names with each word. */
  readonly #having: ReadonlyMap<string, readonly string[]>;
  readonly #count: number;

  private constructor(
    places: ReadonlyMap<string, readonly WordPlace[]>,
    names: ReadonlyMap<string, readonly string[]>,
    having: ReadonlyMap<string, readonly string[]>,
    count: number,
  ) {
    this.#places = places;
    this.#names = names;
    this.#having = having;
    this.#count = count;
  }

  static async build(files: readonly MapFile[], pause: () => Promise<void>): Promise<FileWords> {
    const places = new Map<string, WordPlace[]>();
    const names = new Map<string, readonly string[]>();
    const having = new Map<string, string[]>();
    for (const [file, { name, definitions }] of files.entries()) {
      const found = new Map<string, number>();
      const note = (word: string, weight: number): void => void found.set(word, Math.max(found.get(word) ?? 0, weight));
      const [base = '', ...folders] = name.split('/').reverse();
      for (const folder of folders) for (const word of wordsOf(folder)) note(word, weights.folder);
      for (const { definition } of definitions) {
        const words = names.get(definition.name) ?? [exact(definition.name), ...wordsOf(definition.name)];
        if (!names.has(definition.name)) for (const word of words) put(having, word, definition.name);
        names.set(definition.name, words);
        words.forEach((word, at) =>
          note(word, at === 0 ? weights.exact : weights.definition / (1 + definitions.length / 40)),
        );
      }
      for (const word of wordsOf(base.replace(/\.\w+$/, ''))) note(word, weights.file);
      for (const [word, weight] of found) put(places, word, { file, weight });
      await pause();
    }
    return new FileWords(places, names, having, files.length);
  }

  /** How well defined names fit the words of a text, like `fit` for files; names that do not fit are left out. */
  fitOfNames(asked: ReadonlySet<string>): Map<string, number> {
    const fit = new Map<string, number>();
    for (const word of asked)
      for (const name of this.#having.get(word) ?? []) fit.set(name, (fit.get(name) ?? 0) + this.#rarity(word));
    return fit;
  }

  /** The requested words of a defined name; `=name` is the name as it is written. */
  asked(asked: ReadonlySet<string>, name: string): readonly string[] {
    return asked.size === 0 ? [] : (this.#names.get(name) ?? []).filter((word) => asked.has(word));
  }

  /** How well each file fits the words of a text; rare words count more. Files that do not fit at all are missing. */
  fit(asked: ReadonlySet<string>): Map<number, number> {
    const scores = new Map<number, number>();
    for (const word of asked) {
      const places = this.#places.get(word) ?? [];
      const rarity = this.#rarity(word);
      for (const { file, weight } of places) scores.set(file, (scores.get(file) ?? 0) + rarity * weight);
    }
    return scores;
  }

  #rarity(word: string): number {
    return Math.log(1 + this.#count / (1 + (this.#places.get(word)?.length ?? 0)));
  }
}

function put<V>(lists: Map<string, V[]>, key: string, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** The words of a request that may name something in code, and its identifiers as written. */
export function askedWords(text: string): Set<string> {
  const found = new Set<string>();
  for (const [identifier] of text.matchAll(/[\p{L}_$][\p{L}\p{N}_$-]*/gu)) {
    // A sentence may begin with any word: `First` is a name only where it could be nothing else.
    if (/[_$]|\p{Ll}\p{Lu}|^\p{Lu}\p{L}*$/u.test(identifier) && !stopWords.has(identifier.toLowerCase()))
      found.add(exact(identifier));
    for (const word of wordsOf(identifier)) if (!stopWords.has(word)) found.add(word);
  }
  return found;
}

/** `readFileText`, `read_file-text` -> read, file, text; without grammatical endings. */
export function wordsOf(name: string): string[] {
  const parts = name.split(/[^\p{L}\p{N}]+|(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u);
  return parts.flatMap((part) => {
    const word = part.toLowerCase();
    return word.length < 2 || word.length > wordMax || stopWords.has(word) ? [] : [stem(word)];
  });
}

function stem(word: string): string {
  const cut = word.length > 6 ? word.replace(/(ings?|ed|ers?)$/, '') : word;
  return (cut.length > 3 ? cut.replace(/(ies)$/, 'y').replace(/(?<=[^s])e?s$/, '') : cut).replace(/(?<=..)e$/, '');
}

/** Marks a name as written, to tell it from words. */
function exact(name: string): string {
  return `=${name}`;
}
