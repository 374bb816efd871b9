import * as vscode from 'vscode';
import type { ModelSummary } from '../../../native/protocol/model.ts';
import { sizeText } from '../../models/download-disk.ts';
import { isRepositoryName } from '../../models/hub-address.ts';
import type { HubClient } from '../../models/hub-client.ts';
import { searchRepositories, type FoundRepository } from '../../models/hub-repositories.ts';
import type { HubQuantisation } from '../../models/hub-quantisations.ts';
import { nativeText } from '../model-text/native-text.ts';

/** What the user picked to download from, or another thing that the list offered. */
export type HubChoice =
  | { readonly kind: 'repository'; readonly repository: string; readonly model: string | undefined }
  | { readonly kind: 'other'; readonly run: () => Promise<void> };

export interface HubItem extends vscode.QuickPickItem {
  readonly choice?: HubChoice;
  readonly search?: string;
}

/** What the list shows before something is typed. */
export interface FirstItems {
  items(): readonly HubItem[];
  onChange(listener: () => void): { dispose(): void };
}

/**
 * Lets the user choose a repository: one of `first`, one by its name, or one that the hub finds. Nothing is sent before
 * the user picks the search.
 */
export async function chooseRepository(hub: HubClient, first: FirstItems): Promise<HubChoice | undefined> {
  const pick = vscode.window.createQuickPick<HubItem>();
  const stop = new AbortController();
  pick.title = vscode.l10n.t('Download a model');
  pick.placeholder = vscode.l10n.t('Choose a model, or type a name to search the hub');
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.keepScrollPosition = true;
  let searched = false;
  const show = (): void => {
    pick.items = [...typedItems(pick.value.trim()), ...first.items()];
  };
  show();
  const changes = first.onChange(() => {
    if (searched) return;
    // What is selected stays selected while downloads go on.
    const active = pick.activeItems[0]?.label;
    show();
    const same = pick.items.find(({ label }) => label === active);
    if (same !== undefined) pick.activeItems = [same];
  });
  const typed = pick.onDidChangeValue(() => {
    searched = false;
    show();
  });
  const search = async (text: string): Promise<void> => {
    pick.busy = true;
    searched = true;
    try {
      const found = await searchRepositories(hub, text, stop.signal);
      const none = { label: vscode.l10n.t('The hub has no GGUF files under this name.'), alwaysShow: true };
      pick.items = found.length === 0 ? [none] : found.map(foundItem);
    } catch (thrown) {
      const label = `$(error) ${thrown instanceof Error ? thrown.message : String(thrown)}`;
      pick.items = [{ label: nativeText(label), alwaysShow: true }, ...typedItems(text)];
    }
    pick.busy = false;
  };
  try {
    return await new Promise<HubChoice | undefined>((resolve) => {
      pick.onDidAccept(() => {
        const [item] = pick.selectedItems;
        if (item?.search !== undefined) void search(item.search);
        else if (item?.choice !== undefined) resolve(item.choice);
      });
      pick.onDidHide(() => resolve(undefined));
      pick.show();
    });
  } finally {
    stop.abort();
    typed.dispose();
    changes.dispose();
    pick.dispose();
  }
}

/** The models of the catalogue that have a source and are not on this machine. */
export function catalogueItems(models: readonly ModelSummary[]): HubItem[] {
  return models
    .filter(({ path, source }) => path === undefined && source !== undefined)
    .map(({ name, source = '', sizeBytes, licence, description }) => ({
      label: `$(cloud-download) ${name}`,
      description: [sizeBytes === undefined ? undefined : sizeText(sizeBytes), licence].filter(Boolean).join(' · '),
      detail: description,
      choice: { kind: 'repository', repository: repositoryOf(source), model: name },
    }));
}

/** `owner/name` of a page of the hub. */
export function repositoryOf(page: string): string {
  return new URL(page).pathname.replace(/^\//, '');
}

/** Lets the user choose one of a repository's downloads, the proposed one first. */
export async function chooseQuantisation(
  repository: string,
  choices: readonly HubQuantisation[],
  first: HubQuantisation | undefined,
): Promise<HubQuantisation | undefined> {
  const sorted = choices.toSorted((a, b) => Number(b === first) - Number(a === first));
  const item = await vscode.window.showQuickPick(
    sorted.map((quantisation) => ({
      label: nativeText(quantisation.name),
      description: [
        sizeText(quantisation.bytes),
        quantisation.files.length > 1 ? vscode.l10n.t('{0} files', quantisation.files.length) : undefined,
        quantisation === first ? vscode.l10n.t('proposed') : undefined,
      ]
        .filter(Boolean)
        .join(' · '),
      quantisation,
    })),
    {
      title: vscode.l10n.t('Download {0}', repository),
      placeHolder: vscode.l10n.t('Choose a size: smaller ones need less memory and know less'),
    },
  );
  return item?.quantisation;
}

function typedItems(text: string): HubItem[] {
  if (text === '') return [];
  const search = {
    label: `$(search) ${vscode.l10n.t('Search the hub for "{0}"', text)}`,
    search: text,
    alwaysShow: true,
  };
  if (!isRepositoryName(text)) return [search];
  return [
    {
      label: `$(repo) ${text}`,
      alwaysShow: true,
      choice: { kind: 'repository', repository: text, model: undefined },
    },
    search,
  ];
}

function foundItem({ name, downloads, licence, gated }: FoundRepository): HubItem {
  const facts = [
    downloads === undefined ? undefined : vscode.l10n.t('{0} downloads', downloads.toLocaleString(vscode.env.language)),
    licence,
    gated ? vscode.l10n.t('asks to accept its terms') : undefined,
  ];
  return {
    label: `$(repo) ${name}`,
    description: nativeText(facts.filter(Boolean).join(' · ')),
    alwaysShow: true,
    choice: { kind: 'repository', repository: name, model: undefined },
  };
}
