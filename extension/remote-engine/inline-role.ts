/**
 * What answers inline chat and the commands for code: the chat's model, the one that this machine's engine has loaded,
 * or one of an engine elsewhere. `unreadable`: the setting is none of these, and nothing may be sent anywhere.
 */
export type InlineRole =
  | { readonly kind: 'chat' }
  | { readonly kind: 'local' }
  | { readonly kind: 'elsewhere'; readonly model: string; readonly address: string }
  | { readonly kind: 'unreadable'; readonly text: string };

const localWord = 'local';

/** Reads the setting `moonwright.inlineModel`: empty, `local` or `MODEL@ADDRESS`. */
export function readInlineRole(setting: string): InlineRole {
  const text = setting.trim();
  if (text === '') return { kind: 'chat' };
  if (text === localWord) return { kind: 'local' };
  // Names of models may hold the character too.
  const [, model, address] = /^(.*)@(https?:\/\/\S+)$/i.exec(text) ?? [];
  return model === undefined || address === undefined
    ? { kind: 'unreadable', text }
    : { kind: 'elsewhere', model: model.trim(), address };
}

/** What the setting holds for a role. */
export function inlineRoleText(role: Exclude<InlineRole, { readonly kind: 'unreadable' }>): string {
  switch (role.kind) {
    case 'chat':
      return '';
    case 'local':
      return localWord;
    case 'elsewhere':
      return `${role.model}@${role.address}`;
  }
}
