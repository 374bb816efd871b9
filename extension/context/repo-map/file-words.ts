import { NameTable } from '../name-table.ts';
import { Groups, integers, weights as weightColumn } from './columns.ts';

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
/** Marks a name as it is written, to tell it from words. */
const exactMark = '=';

/** A file whose names are looked at. */
interface NamedFile {
  readonly name: string; // workspace-relative, `/`
  /** The names it defines, by their numbers; one that it defines twice comes twice. */
  readonly defined: Int32Array;
}

/** Words of a request, by their numbers. */
interface AskedWords {
  /** Plain words. */
  readonly words: ReadonlySet<number>;
  /** Defined names that stand in the request as they are written. */
  readonly names: ReadonlySet<number>;
}

/** Words and where they occur, as columns: row `n` says that `word[n]` is in a name of `file[n]`. */
interface WordColumns {
  readonly file: Int32Array;
  readonly weight: Float32Array;
  readonly rows: Groups; // by word
}

/** The words of each defined name, as columns. */
interface NameColumns {
  readonly name: Int32Array;
  readonly word: Int32Array;
  readonly byName: Groups;
  readonly byWord: Groups;
}

/** The words in the names of each file: finds the files that a request in plain words is about. */
export class FileWords {
  readonly #names: NameTable;
  readonly #words: NameTable;
  readonly #places: WordColumns;
  readonly #parts: NameColumns;
  /** The files that define each name. */
  readonly #definers: { readonly file: Int32Array; readonly rows: Groups };
  readonly #count: number;

  private constructor(input: {
    readonly names: NameTable;
    readonly words: NameTable;
    readonly places: WordColumns;
    readonly parts: NameColumns;
    readonly definers: { readonly file: Int32Array; readonly rows: Groups };
    readonly count: number;
  }) {
    this.#names = input.names;
    this.#words = input.words;
    this.#places = input.places;
    this.#parts = input.parts;
    this.#definers = input.definers;
    this.#count = input.count;
  }

  /** `names` has all names that the files define, and no others. */
  static async build(files: Iterable<NamedFile>, names: NameTable, pause: () => Promise<void>): Promise<FileWords> {
    const words = new NameTable();
    const parts = await partsOf(names, words, pause);
    const place = { word: integers(), file: integers(), weight: weightColumn() };
    const definer = { name: integers(), file: integers() };
    let count = 0;
    for (const { name, defined } of files) {
      const file = count++;
      const found = new Map<number, number>();
      const note = (word: number, weight: number): void => void found.set(word, Math.max(found.get(word) ?? 0, weight));
      const [base = '', ...folders] = name.split('/').reverse();
      for (const folder of folders) for (const word of wordsOf(folder)) note(words.id(word), weights.folder);
      for (const id of new Set(defined)) {
        definer.name.push(id);
        definer.file.push(file);
        for (const row of parts.byName.of(id))
          note(parts.word[row] as number, weights.definition / (1 + defined.length / 40));
      }
      for (const word of wordsOf(base.replace(/\.\w+$/, ''))) note(words.id(word), weights.file);
      for (const [word, weight] of found) {
        place.word.push(word);
        place.file.push(file);
        place.weight.push(weight);
      }
      await pause();
    }
    const rows = new Groups(place.word.done(), words.size);
    await pause();
    const definers = { file: definer.file.done(), rows: new Groups(definer.name.done(), names.size) };
    await pause();
    const places = { file: place.file.done(), weight: place.weight.done(), rows };
    return new FileWords({ names, words, places, parts, definers, count });
  }

  /** The numbers of the words that occur here. */
  numbersOf(asked: ReadonlySet<string>): AskedWords {
    const words = new Set<number>();
    const names = new Set<number>();
    for (const text of asked) {
      const isExact = text.startsWith(exactMark);
      const id = isExact ? this.#names.known(text.slice(exactMark.length)) : this.#words.known(text);
      if (id !== undefined) (isExact ? names : words).add(id);
    }
    return { words, names };
  }

  /** How well defined names fit the words of a text, like `fit` for files; names that do not fit are left out. */
  fitOfNames({ words, names }: AskedWords): Map<number, number> {
    const fit = new Map<number, number>();
    const add = (name: number, score: number): void => void fit.set(name, (fit.get(name) ?? 0) + score);
    for (const name of names) add(name, this.#rarity(this.#definers.rows.of(name).length));
    for (const word of words)
      for (const row of this.#parts.byWord.of(word))
        add(this.#parts.name[row] as number, this.#rarity(this.#places.rows.of(word).length));
    return fit;
  }

  /** How many of the words a defined name has. */
  wordsAsked({ words }: AskedWords, name: number): number {
    if (words.size === 0) return 0;
    let count = 0;
    for (const row of this.#parts.byName.of(name)) if (words.has(this.#parts.word[row] as number)) count++;
    return count;
  }

  /** How well each file fits the words of a text; rare words count more. Files that do not fit at all are missing. */
  fit({ words, names }: AskedWords): Map<number, number> {
    const scores = new Map<number, number>();
    const add = (file: number, score: number): void => void scores.set(file, (scores.get(file) ?? 0) + score);
    for (const name of names) {
      const rows = this.#definers.rows.of(name);
      for (const row of rows) add(this.#definers.file[row] as number, this.#rarity(rows.length) * weights.exact);
    }
    for (const word of words) {
      const rows = this.#places.rows.of(word);
      for (const row of rows)
        add(this.#places.file[row] as number, this.#rarity(rows.length) * (this.#places.weight[row] as number));
    }
    return scores;
  }

  #rarity(places: number): number {
    return Math.log(1 + this.#count / (1 + places));
  }
}

/** The words of all names. */
async function partsOf(names: NameTable, words: NameTable, pause: () => Promise<void>): Promise<NameColumns> {
  const name = integers();
  const word = integers();
  for (let id = 0; id < names.size; id++) {
    for (const part of wordsOf(names.name(id))) {
      name.push(id);
      word.push(words.id(part));
    }
    await pause();
  }
  const columns = { name: name.done(), word: word.done() };
  const byName = new Groups(columns.name, names.size);
  await pause();
  return { ...columns, byName, byWord: new Groups(columns.word, words.size) };
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

function exact(name: string): string {
  return `${exactMark}${name}`;
}
