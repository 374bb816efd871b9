/** A file that a turn changed, with the lines added and removed. */
export interface ChangedFile {
  readonly path: string;
  readonly change: 'edited' | 'created' | 'deleted';
  readonly added: number;
  readonly removed: number;
}
