/** Whether a definition's body is still to be written: empty, a comment, `pass`, or an error that says so. */
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

/** Between the braces of the definition, or below its line that ends in a colon. */
function bodyOf(code: string): string | undefined {
  const python = /:\s*(#[^\n]*)?\n([\s\S]+)$/.exec(code);
  if (/^\s*(@[^\n]*\n\s*)*(async\s+)?(def|class)\b/.test(code)) return python?.[2];
  // The body's brace follows the parameters; those may hold braces of their own.
  const close = closingParenthesis(code);
  const open = code.indexOf('{', close);
  const end = code.lastIndexOf('}');
  return open < 0 || end < open ? undefined : code.slice(open + 1, end);
}

function closingParenthesis(code: string): number {
  let depth = 0;
  for (const [at, sign] of [...code].entries()) {
    if (sign === '(') depth++;
    else if (sign === ')' && --depth === 0) return at;
  }
  return 0;
}
