import type { ChangedFile } from '../../extension/edits/changed-file.ts';
import type { PanelContext } from '../panel-context.ts';
import { say } from '../strings.ts';
import { button, lightButton } from './button.ts';
import { changeCounts } from './transcript/diff-view.ts';
import { attributes, el, icon, setHidden } from './element.ts';
import { fileLink } from './small-parts.ts';

const foldKey = 'pending-files';
/** A longer list starts folded, so that it does not push the conversation away. */
const openMax = 4;

const looks = {
  edited: { icon: 'diff-modified', text: 'fileEdited' },
  created: { icon: 'diff-added', text: 'fileCreated' },
  deleted: { icon: 'diff-removed', text: 'fileDeleted' },
} as const;

/** The files this conversation changed that are still pending: review, keep or undo one or all of them. */
export class PendingFiles {
  readonly element = attributes(el('section', 'pending-files'), { hidden: true });
  readonly #context: PanelContext;
  #drawn = '';

  constructor(context: PanelContext) {
    this.#context = context;
  }

  update(files: readonly ChangedFile[]): void {
    const drawn = JSON.stringify(files);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    setHidden(this.element, files.length === 0);
    const focused = this.element.contains(document.activeElement);
    this.#draw(files);
    if (focused && files.length > 0) this.element.querySelector<HTMLElement>('.pending-fold')?.focus();
  }

  #draw(files: readonly ChangedFile[]): void {
    const { post, folds } = this.#context;
    const open = folds.get(foldKey) ?? files.length <= openMax;
    const title = files.length === 1 ? say('pendingOne') : say('pendingMany', files.length);
    const sum = (of: 'added' | 'removed'): number => files.reduce((total, file) => total + file[of], 0);
    const fold = attributes(
      el(
        'button',
        'pending-fold',
        icon(open ? 'chevron-down' : 'chevron-right'),
        el('span', 'pending-title', title),
        changeCounts(sum('added'), sum('removed')),
      ),
      { type: 'button', 'aria-expanded': String(open) },
    );
    fold.addEventListener('click', () => {
      folds.set(foldKey, !open);
      this.#draw(files);
      this.element.querySelector<HTMLElement>('.pending-fold')?.focus();
    });
    const buttons = attributes(
      el(
        'div',
        'buttons',
        button({ label: say('keepAll'), look: 'primary', press: () => post({ type: 'keepFiles', path: undefined }) }),
        button({ label: say('undoAll'), look: 'secondary', press: () => post({ type: 'undoFiles', path: undefined }) }),
        button({
          label: say('reviewAll'),
          look: 'icon',
          icon: 'diff-multiple',
          press: () => post({ type: 'reviewFiles' }),
        }),
      ),
      { role: 'toolbar', 'aria-label': title },
    );
    const list = el('ul', 'files', ...files.map((file) => this.#file(file)));
    setHidden(list, !open);
    attributes(this.element, { 'aria-label': title });
    this.element.replaceChildren(el('div', 'pending-head', fold, buttons), list);
  }

  #file(file: ChangedFile): HTMLElement {
    const { post } = this.#context;
    const look = looks[file.change];
    return el(
      'li',
      'file',
      attributes(icon(look.icon, `is-${file.change}`), { title: say(look.text) }),
      fileLink(file.path, say('openFile', file.path), () => post({ type: 'openPending', path: file.path })),
      changeCounts(file.added, file.removed),
      lightButton({
        label: say('keepFile', file.path),
        icon: 'check',
        press: () => post({ type: 'keepFiles', path: file.path }),
      }),
      lightButton({
        label: say('undoFile', file.path),
        icon: 'discard',
        press: () => post({ type: 'undoFiles', path: file.path }),
      }),
    );
  }
}
