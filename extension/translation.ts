export type Translator = (english: string, ...values: (string | number)[]) => string;

let translator: Translator = (english, ...values) =>
  english.replace(/\{(\d)\}/g, (whole, at: string) => String(values[Number(at)] ?? whole));

/** Sets the editor's translator, once, when the extension starts. */
export function useTranslator(next: Translator): void {
  translator = next;
}

/**
 * A text for the user in their language, from files that know no editor. `{0}`, `{1}` stand for the values. What the
 * model reads is never translated.
 */
export function translate(english: string, ...values: (string | number)[]): string {
  return translator(english, ...values);
}
