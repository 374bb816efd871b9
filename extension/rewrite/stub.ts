/** True if the body of a definition is missing: it is empty, a comment, `pass`, or only throws "not implemented". */
export function isStub(code: string): boolean {
  const body = bodyOf(code);
  if (body === undefined) return false;
  const bare = body.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|^\s*#[^\n]*|"""[\s\S]*?"""|'''[\s\S]*?'''/gm, '').trim();
  if (bare === '' || /^(pass|\.\.\.|return;?)$/.test(bare)) return true;
  const statements = bare.split('\n').filter((line) => line.trim() !== '');
  return (
    statements.length <= 2 &&
    /\b(throw|raise|panic|todo!|unimplemented!|NotImplementedError|fatalError)/.test(bare) &&
    /not.{0,3}implemented|implement|todo|NotImplementedError|unimplemented/i.test(bare)
  );
}

/** The text between the braces of a definition, or below its colon in Python. */
function bodyOf(code: string): string | undefined {
  const python = /:\s*(#[^\n]*)?\n([\s\S]+)$/.exec(code);
  if (/^\s*(@[^\n]*\n\s*)*(async\s+)?(def|class)\b/.test(code)) return python?.[2];
  // The body's brace comes after the parameters, which may contain braces.
  const close = closingParenthesis(code);
  const open = code.indexOf('{', close);
  const end = code.lastIndexOf('}');
  return open < 0 || end < open ? undefined : code.slice(open + 1, end);
}

function closingParenthesis(code: string): number {
  let depth = 0;
  for (const [at, character] of [...code].entries()) {
    if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return at;
  }
  return 0;
}
