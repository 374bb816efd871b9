/** Strings, comments, and commas that nothing follows before the end of their list. */
const tokens = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|,(?=(?:\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)*[}\]])/g;

/** The value of JSON as it is written in tsconfig files: with comments and trailing commas. Undefined if it is none. */
export function jsonWithComments(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '').replace(tokens, (token) => (token.startsWith('"') ? token : ' ')));
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}
