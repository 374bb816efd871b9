import type { PermissionMode } from '../../../extension/permission/permission-mode.ts';
import type { PanelContext } from '../../panel-context.ts';
import { say, type PanelString } from '../../strings.ts';
import { attributes } from '../element.ts';

interface Dropdown extends HTMLElement {
  value: string;
}

const modes: readonly { readonly mode: PermissionMode; readonly label: PanelString; readonly hint: PanelString }[] = [
  { mode: 'plan', label: 'modePlan', hint: 'modePlanHint' },
  { mode: 'ask', label: 'modeAsk', hint: 'modeAskHint' },
  { mode: 'edit', label: 'modeEdit', hint: 'modeEditHint' },
  { mode: 'autonomous', label: 'modeAutonomous', hint: 'modeAutonomousHint' },
];

/** A toolkit dropdown for the permission mode. */
export class ModeSelect {
  readonly element: Dropdown;
  #mode: PermissionMode | undefined;

  constructor(context: PanelContext) {
    this.element = attributes(document.createElement('vscode-dropdown') as HTMLElement as Dropdown, {
      position: 'above',
      class: 'mode',
      'aria-label': say('mode'),
    });
    for (const { mode, label, hint } of modes) {
      const option = attributes(document.createElement('vscode-option'), { value: mode, title: say(hint) });
      option.textContent = say(label);
      this.element.append(option);
    }
    this.element.addEventListener('change', () => {
      const chosen = modes.find(({ mode }) => mode === this.element.value)?.mode;
      if (chosen !== undefined && chosen !== this.#mode) context.post({ type: 'mode', mode: chosen });
    });
  }

  update(mode: PermissionMode): void {
    if (this.element.value !== mode) this.element.value = mode;
    this.#mode = mode;
    const hint = modes.find((entry) => entry.mode === mode)?.hint;
    attributes(this.element, { title: hint === undefined ? undefined : say(hint), 'data-mode': mode });
  }
}
