/** Remedy for a refusal; shown as a button. */
export type Remedy = 'model' | 'trust' | 'log';

/** A command cannot be done, for a reason that the user is told. Nothing was changed. */
export class Refusal extends Error {
  readonly remedy: Remedy | undefined;

  constructor(sentence: string, remedy?: Remedy) {
    super(sentence);
    this.name = 'Refusal';
    this.remedy = remedy;
  }
}
