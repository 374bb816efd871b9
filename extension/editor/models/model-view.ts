import * as vscode from 'vscode';
import { shownModelName } from '../../daemon-link/model-name.ts';
import { advisedModel, modelGroups } from '../../models/machine-models.ts';
import type { MachineModel, ModelGroup, ModelGroupName } from '../../models/machine-models.ts';
import { groupTitle, modelLine, planMarkdown } from '../../models/model-words.ts';
import { modelMarkdown } from '../model-text/markdown-string.ts';
import { nativeText } from '../model-text/native-text.ts';
import type { DownloadNode, DownloadRows } from './download-rows.ts';

interface GroupNode {
  readonly kind: 'group';
  readonly group: ModelGroup;
}

export interface ModelNode {
  readonly kind: 'model';
  readonly model: MachineModel;
  readonly group: ModelGroupName;
}

type Node = GroupNode | ModelNode | DownloadNode;

/** The tree of models: downloads, and every model with its plan on this machine, the best of each group first. */
export class ModelView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #read: () => Promise<readonly MachineModel[]>;
  readonly #downloads: DownloadRows;
  readonly #changed = new vscode.EventEmitter<Node | undefined>();
  readonly #tree: vscode.TreeView<Node>;
  readonly #listening: vscode.Disposable;
  #models: readonly MachineModel[] | undefined;
  readonly onDidChangeTreeData = this.#changed.event;

  /** `read`: all models with their plans; called when the view is shown, and after `refresh`. */
  constructor(read: () => Promise<readonly MachineModel[]>, downloads: DownloadRows) {
    this.#read = read;
    this.#downloads = downloads;
    this.#tree = vscode.window.createTreeView<Node>('moonwright.models', {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    this.#listening = downloads.onChange(() => this.#changed.fire(undefined));
  }

  /** Reads and plans again, if the view is shown. */
  refresh(): void {
    this.#models = undefined;
    this.#changed.fire(undefined);
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node?.kind === 'group')
      return node.group.models.map((model) => ({ kind: 'model', model, group: node.group.name }));
    if (node !== undefined) return [];
    this.#tree.message = undefined;
    try {
      this.#models ??= await this.#read();
    } catch (thrown) {
      this.#tree.message = nativeText(thrown instanceof Error ? thrown.message : String(thrown));
      return this.#downloads.nodes();
    }
    const groups = modelGroups(this.#models).map((group): Node => ({ kind: 'group', group }));
    return [...this.#downloads.nodes(), ...groups];
  }

  getTreeItem(node: Node): vscode.TreeItem {
    if (node.kind === 'group') return groupItem(node.group);
    return node.kind === 'model' ? this.#modelItem(node) : this.#downloads.item(node);
  }

  resolveTreeItem(item: vscode.TreeItem, node: Node): vscode.TreeItem {
    if (node.kind === 'model') item.tooltip = modelMarkdown(planMarkdown(node.model));
    return item;
  }

  dispose(): void {
    this.#listening.dispose();
    this.#tree.dispose();
    this.#changed.dispose();
  }

  #modelItem(node: ModelNode): vscode.TreeItem {
    const { model, group } = node;
    const { summary } = model;
    const name = nativeText(shownModelName(summary.name));
    const line = nativeText(modelLine(model));
    const item = new vscode.TreeItem(name);
    item.id = `${group}:${summary.name}`;
    item.description = line;
    item.iconPath = this.#icon(node);
    item.contextValue = contextOf(node);
    item.accessibilityInformation = { label: `${name}, ${line}`, role: 'treeitem' };
    item.command = { command: 'moonwright.modelSettings', title: '', arguments: [node] };
    return item;
  }

  #icon({ model, group }: ModelNode): vscode.ThemeIcon {
    if (group === 'inUse') return new vscode.ThemeIcon(model.summary.loaded ? 'pass-filled' : 'circle-large');
    if (group === 'tooLarge') return new vscode.ThemeIcon('circle-slash', new vscode.ThemeColor('disabledForeground'));
    const isAdvised = advisedModel(this.#models ?? [])?.summary.name === model.summary.name;
    if (isAdvised) return new vscode.ThemeIcon('star-full');
    return new vscode.ThemeIcon(group === 'here' ? 'chip' : 'cloud');
  }
}

function groupItem({ name, models }: ModelGroup): vscode.TreeItem {
  const open = name !== 'tooLarge';
  const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(groupTitle(name), open ? Expanded : Collapsed);
  item.id = name;
  item.contextValue = 'group';
  item.tooltip = vscode.l10n.t(
    'The best for this machine first: by how well it codes, its speed here and its context.',
  );
  if (name !== 'inUse') item.description = String(models.length);
  return item;
}

/** What the menus of package.json ask for: whether the model is ours, may be chosen and may be fetched. */
function contextOf({ model: { summary, files }, group }: ModelNode): string {
  const parts = ['model'];
  if (files?.own === true) parts.push('own');
  if (group === 'here' && summary.role === 'agent') parts.push('usable');
  if (summary.path !== undefined && summary.role === 'agent') parts.push('inline');
  if (summary.path === undefined && summary.source !== undefined) parts.push('away');
  if (summary.source !== undefined) parts.push('page');
  return parts.join(' ');
}
