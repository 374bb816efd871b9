/** A part of a text; places are UTF-16 offsets. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A replacement in a text: `text` takes the place of the span. */
export interface TextEdit extends Span {
  readonly text: string;
}
