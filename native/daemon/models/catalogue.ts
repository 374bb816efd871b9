import catalogue from '../../models/catalogue.json' with { type: 'json' };
import type { SamplingOptions } from '../../protocol/generation.ts';

/** A file size of a quantisation; `exact` false: as its maker states it, rounded. */
interface Quantisation {
  readonly name: string;
  readonly bytes: number;
  readonly exact: boolean;
}

/** A model that is known by name. The catalogue is native/models/catalogue.json. */
export interface CatalogueEntry {
  readonly name: string; // what --model takes
  readonly title: string;
  readonly family: string;
  readonly description: string;
  readonly architecture: string; // general.architecture of its GGUF
  readonly parameters: number;
  readonly activeParameters: number; // used for one token
  readonly contextNative: number;
  /** Stretching that its makers describe and its GGUF does not declare. */
  readonly yarn?: { readonly factor: number; readonly originalContext: number };
  readonly sampling: SamplingOptions; // as its makers recommend
  readonly profile: 'compact' | 'full';
  readonly tools: boolean;
  readonly licence: string;
  readonly source?: string; // Hugging Face repository with GGUF files
  readonly original?: string; // repository of the model itself
  readonly filePattern: string; // regular expression over file names, ignoring case
  readonly quantisations: readonly Quantisation[]; // the recommended one first
}

type Listed = Omit<CatalogueEntry, 'profile'>;
const listed: readonly (Listed & { readonly profile: string })[] = catalogue.models;

export const catalogueEntries: readonly CatalogueEntry[] = listed.map((entry) => ({
  ...entry,
  profile: entry.profile === 'compact' ? 'compact' : 'full',
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
