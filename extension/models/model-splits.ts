const splitName = /-\d{5}-of-(\d{5})\.gguf$/i;
const splitsMax = 999;

/** All files of the model that the .gguf file belongs to, the first split first. */
export function splitsOf(file: string): string[] {
  const count = Number(splitName.exec(file)?.[1] ?? 0);
  if (count === 0 || count > splitsMax) return [file];
  return Array.from({ length: count }, (_, index) =>
    file.replace(/-\d{5}(-of-\d{5}\.gguf)$/i, `-${String(index + 1).padStart(5, '0')}$1`),
  );
}
