import type { LinkState } from './model-host.ts';

/** A model's name for the user: of a model file its name, without folders and ending. */
export function shownModelName(model: string): string {
  const file = model.split(/[\\/]/).at(-1) ?? model;
  return file.replace(/\.gguf$/i, '');
}

/** A model and, where it is not this machine's, the host that answers for it. */
export function shownModel({ model, elsewhere }: Pick<LinkState, 'model' | 'elsewhere'>): string {
  const name = shownModelName(model);
  return elsewhere === undefined ? name : `${name} · ${elsewhere.host}`;
}
