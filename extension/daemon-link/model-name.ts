/** A model's name for the user: of a model file its name, without folders and ending. */
export function shownModelName(model: string): string {
  const file = model.split(/[\\/]/).at(-1) ?? model;
  return file.replace(/\.gguf$/i, '');
}
