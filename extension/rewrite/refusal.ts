/** What the user can do about a refusal, as a button. */
export type Remedy = 'model' | 'trust' | 'log';

/** A command that cannot be done, said in a sentence for the user. Nothing was changed. */
export class Refusal extends Error {
  readonly remedy: Remedy | undefined;

  constructor(sentence: string, remedy?: Remedy) {
    super(sentence);
    this.name = 'Refusal';
    this.remedy = remedy;
  }
}
