import catalogue from '../../models/catalogue.json' with { type: 'json' };
import type { SamplingOptions } from '../../protocol/generation.ts';
import { modelRoles, sizeClasses } from '../../protocol/model.ts';
import type { ModelRole, SizeClass } from '../../protocol/model.ts';
import { thinkingLevels } from '../../protocol/thinking.ts';
import type { ThinkingLevel } from '../../protocol/thinking.ts';
import type { PublishedShape } from './published-shape.ts';

/** A file size of a quantisation; `exact` false: as its maker states it, rounded. Absent: nobody states it. */
interface Quantisation {
  readonly name: string;
  readonly bytes?: number;
  readonly exact?: boolean;
}

/** The marks of a model that fills gaps. The engine takes their tokens from the GGUF. */
interface FillMarks {
  readonly prefix: string;
  readonly suffix: string;
  readonly middle: string;
  readonly suffixFirst?: boolean; // the text behind the gap comes first in its prompts
}

/**
 * A model that is known by name. The catalogue is native/models/catalogue.json, its sources are in
 * native/models/catalogue.md. A fact that no source states is absent.
 */
export interface CatalogueEntry {
  readonly name: string; // what --model takes
  readonly title: string;
  readonly role: ModelRole;
  readonly family: string; // a key of the file's families
  readonly sizeClass: SizeClass; // of the recommended quantisation
  readonly coding?: number; // 0 to 6: how well it works as a coding agent; of agents only
  readonly description: string;
  readonly architecture: string; // general.architecture of its GGUF
  readonly shape: string; // a key of the file's shapes
  readonly shapeAssumed?: boolean; // it is that of its sister model, or not all of it is published
  readonly parameters: number;
  readonly activeParameters?: number; // used for one token, of a mixture of experts
  readonly contextNative?: number;
  /** The levels of reasoning that its template or its makers name. One level: it always or never reasons. */
  readonly thinking?: readonly ThinkingLevel[];
  readonly fim?: FillMarks;
  /** Stretching that its makers describe and its GGUF does not declare. */
  readonly yarn?: { readonly factor: number; readonly originalContext: number };
  readonly sampling?: SamplingOptions; // as its makers recommend
  readonly profile: 'compact' | 'full';
  readonly tools: boolean;
  readonly licence?: string;
  readonly source?: string; // Hugging Face repository with GGUF files
  readonly original?: string; // repository of the model itself
  readonly filePattern: string; // regular expression over file names, ignoring case
  readonly quantisations: readonly Quantisation[]; // the recommended one first
}

type Listed<Named extends string> = Omit<CatalogueEntry, Named> & { readonly [name in Named]: string };
type ListedEntry = Omit<Listed<'role' | 'sizeClass' | 'profile'>, 'thinking'> & {
  readonly thinking?: readonly string[];
};

const listed: readonly ListedEntry[] = catalogue.models;
const shapes: Readonly<Record<string, PublishedShape | undefined>> = catalogue.shapes;

export const catalogueEntries: readonly CatalogueEntry[] = listed.map(({ thinking, ...entry }) => ({
  ...entry,
  role: oneOf(modelRoles, entry.role),
  sizeClass: oneOf(sizeClasses, entry.sizeClass),
  profile: oneOf(['compact', 'full'], entry.profile),
  ...(thinking !== undefined && { thinking: thinking.map((level) => oneOf(thinkingLevels, level)) }),
}));

/** The model that ships with Moonwright. */
export const embeddedModelName = 'nano';

/** The entry called `name`, ignoring case. */
export function catalogueEntry(name: string): CatalogueEntry | undefined {
  return catalogueEntries.find((entry) => entry.name === name.toLowerCase());
}

/**
 * The entry that a file with this name and architecture is a copy of: what to sample with, which prompt profile to
 * take. Undefined for a model nobody described.
 */
export function entryForFile(fileName: string, architecture: string): CatalogueEntry | undefined {
  return catalogueEntries.find((entry) => entry.architecture === architecture && matchesFile(entry, fileName));
}

/** Whether a file of this name looks like `entry`. */
export function matchesFile(entry: CatalogueEntry, fileName: string): boolean {
  return new RegExp(entry.filePattern, 'i').test(fileName);
}

/** Where to get the model, for a sentence; undefined for the one that ships with Moonwright. */
export function sourceAddress(entry: CatalogueEntry): string | undefined {
  return entry.source === undefined ? undefined : `https://huggingface.co/${entry.source}`;
}

/** The numbers that a plan of `entry` needs as long as its file is not here. */
export function shapeOf(entry: CatalogueEntry): PublishedShape {
  const shape = shapes[entry.shape];
  if (shape === undefined) throw new TypeError(`Expected a shape ${entry.shape} in the catalogue for ${entry.name}.`);
  return shape;
}

/** The catalogue is part of the program: a wrong word in it is found by its first start. */
function oneOf<Value extends string>(values: readonly Value[], found: string): Value {
  const value = values.find((each) => each === found);
  if (value === undefined) throw new TypeError(`Expected ${values.join(', ')} in the catalogue but found ${found}.`);
  return value;
}
