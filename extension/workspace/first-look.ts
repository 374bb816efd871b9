/** What a first look at the workspace shows: the panel's examples are made of it. */
export interface FirstLook {
  /** Name of the language of most sources; undefined when there are no sources. */
  readonly language: string | undefined;
  /** A test file, workspace-relative. */
  readonly test: string | undefined;
  /** A function that other files use. */
  readonly functionName: string | undefined;
}
