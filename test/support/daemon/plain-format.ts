import type { ToolFormat } from '../../../native/daemon/chat/formats/tool-format.ts';

/** A tool format that parses nothing: for tests of the steps before a reply. */
export const plainFormat: ToolFormat = {
  name: 'plain',
  matches: () => true,
  parser: () => ({ push: (text) => [{ kind: 'text', text }], end: () => [] }),
  grammar: () => undefined,
  markers: [],
  answerPrefix: () => undefined,
};
