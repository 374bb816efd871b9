import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { CodedError } from '../../protocol/coded-error.ts';
import type { ModelSummary } from '../../protocol/model.ts';
import type { GgufHeader } from '../gguf/gguf-header.ts';
import { readHeader } from '../gguf/read-header.ts';
import { splitPaths } from '../gguf/splits.ts';
import { catalogueEntries, catalogueEntry, embeddedModelName, entryForFile, sourceAddress } from './catalogue.ts';
import type { CatalogueEntry } from './catalogue.ts';
import { fileModelName, findOllamaFile } from './found-models.ts';
import { findModelFile } from './model-folders.ts';
import type { ModelFolders } from './model-folders.ts';

/** A model on this machine, with its files checked. */
export interface ResolvedModel {
  readonly name: string; // for people and for the OpenAI endpoint
  readonly path: string; // the first file
  readonly entry: CatalogueEntry | undefined;
  readonly header: GgufHeader;
}

/**
 * Finds the model called `model`, a catalogue name, Ollama's name or the path of a .gguf file, and checks its files.
 * Throws model.missing with the known names and where to get the file, or what readHeader throws.
 */
export async function resolveModel(model: string, folders: ModelFolders): Promise<ResolvedModel> {
  const named = catalogueEntry(model);
  if (named !== undefined && !existsSync(model)) {
    const path = await findModelFile(named, folders);
    if (path === undefined) throw notHere(named, folders);
    return { name: named.name, path, entry: named, header: await readHeader(path) };
  }
  if (named === undefined && !existsSync(model)) {
    const path = await findOllamaFile(model, folders);
    if (path !== undefined) {
      const header = await readHeader(path);
      const name = model.includes(':') ? model : `${model}:latest`;
      return { name, path, entry: entryForFile(name, header.architecture), header };
    }
    if (!looksLikePath(model)) throw unknownName(model);
  }
  const given = resolve(model);
  // Any part of a split model may be named; the native loader wants the first.
  const path = splitPaths(given)[0] ?? given;
  const header = await readHeader(path);
  const entry = entryForFile(basename(path), header.architecture);
  return { name: entry?.name ?? fileModelName(path), path, entry, header };
}

/** All models of the catalogue for `model.list`: which are here, what they need, where to get them. */
export async function modelSummaries(folders: ModelFolders, loadedName: string | undefined): Promise<ModelSummary[]> {
  return await Promise.all(
    catalogueEntries.map(async (entry) => ({
      name: entry.name,
      role: entry.role,
      family: entry.family,
      sizeClass: entry.sizeClass,
      coding: entry.coding,
      path: await findModelFile(entry, folders),
      sizeBytes: entry.quantisations[0]?.bytes,
      contextTokens: entry.contextNative,
      licence: entry.licence,
      source: sourceAddress(entry),
      loaded: entry.name === loadedName,
      description: `${entry.title}. ${entry.description}`,
    })),
  );
}

function looksLikePath(model: string): boolean {
  return /\.gguf$/i.test(model) || /[\\/]/.test(model) || existsSync(model);
}

function unknownName(model: string): CodedError {
  const names = catalogueEntries.map((entry) => entry.name).join(', ');
  return new CodedError(
    'model.missing',
    `There is no model "${model.slice(0, 80)}"; give the path of a .gguf file or one of: ${names}.`,
  );
}

function sizeText(bytes: number | undefined): string {
  if (bytes === undefined) return '';
  return bytes >= 1e9 ? `, about ${Math.round(bytes / 1e9)} GB` : `, about ${Math.round(bytes / 1e6)} MB`;
}

function notHere(entry: CatalogueEntry, folders: ModelFolders): CodedError {
  if (entry.name === embeddedModelName) {
    return new CodedError(
      'model.missing',
      'The file of the model nano is missing from this installation; install Moonwright again.',
    );
  }
  const folder = folders.own[0];
  const place = folder === undefined ? 'give the path of its file' : `put its files into ${folder} or give their path`;
  const size = entry.quantisations[0];
  const advice = size === undefined ? '' : ` (${size.name}${sizeText(size.bytes)})`;
  const source = sourceAddress(entry) ?? 'its makers';
  return new CodedError(
    'model.missing',
    `The model ${entry.name} is not on this machine; download it from ${source}${advice} and ${place}. ` +
      'What it would need says: moonwright-daemon plan URL, with the address of its .gguf file.',
  );
}
