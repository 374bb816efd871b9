import bash from '../queries/bash.scm';
import c from '../queries/c.scm';
import cpp from '../queries/cpp.scm';
import cSharp from '../queries/c-sharp.scm';
import css from '../queries/css.scm';
import dart from '../queries/dart.scm';
import elixir from '../queries/elixir.scm';
import go from '../queries/go.scm';
import hcl from '../queries/hcl.scm';
import ini from '../queries/ini.scm';
import java from '../queries/java.scm';
import javascript from '../queries/javascript.scm';
import kotlin from '../queries/kotlin.scm';
import lua from '../queries/lua.scm';
import php from '../queries/php.scm';
import powershell from '../queries/powershell.scm';
import python from '../queries/python.scm';
import ruby from '../queries/ruby.scm';
import rust from '../queries/rust.scm';
import scala from '../queries/scala.scm';
import swift from '../queries/swift.scm';
import typescript from '../queries/typescript.scm';
import zig from '../queries/zig.scm';

export interface Language {
  /** The grammar's name; the language's name in the index. */
  readonly grammar: string;
  readonly query: string;
  /** VS Code's ids. */
  readonly ids: readonly string[];
  /** File name endings, and whole names. */
  readonly files: readonly string[];
  /** Matches one name, where names are not just letters, digits, `_` and `$`; `name` is the part that counts. */
  readonly word?: RegExp;
  /** Matches macros that the grammar would misread; `kept` is what remains of a match, the rest is read as spaces. */
  readonly macros?: RegExp;
  /** Tests are usually in the files that they test. */
  readonly testsInside?: boolean;
}

// All runs have a bound: a text of nothing but their beginnings would otherwise take time by its square.
/** `API_EXPORT` in `class API_EXPORT Name {`. */
const exportMacro = /(?<kept>\b(?:class|struct|union)\s+)[A-Z_][A-Z\d_]{0,99}(?:\s*\([^()\n]{0,200}\))?/;
/** Follows such a macro. */
const classHead = /\s+\w+(?:<[^;{}\n]{0,200}>)?(?:\s+final)?\s*[:{]/;
/** `SHOP_BEGIN_NAMESPACE` on a line of its own. */
const lineMacro = /^[A-Z][A-Z\d_]{0,99}_(?:BEGIN|END|EXPORT|DECLS|NAMESPACE)[A-Z\d_]{0,99}(?=\s*$)/;
const cppMacros = new RegExp(`${exportMacro.source}(?=${classHead.source})|${lineMacro.source}`, 'gm');

export const languages: readonly Language[] = [
  {
    grammar: 'javascript',
    query: javascript,
    ids: ['javascript', 'javascriptreact'],
    files: ['.js', '.mjs', '.cjs', '.jsx'],
  },
  { grammar: 'typescript', query: typescript, ids: ['typescript'], files: ['.ts', '.mts', '.cts'] },
  { grammar: 'tsx', query: typescript, ids: ['typescriptreact'], files: ['.tsx'] },
  { grammar: 'python', query: python, ids: ['python'], files: ['.py', '.pyi', '.pyw'] },
  { grammar: 'rust', query: rust, ids: ['rust'], files: ['.rs'], testsInside: true },
  { grammar: 'go', query: go, ids: ['go'], files: ['.go'] },
  { grammar: 'java', query: java, ids: ['java'], files: ['.java'] },
  { grammar: 'c', query: c, ids: ['c'], files: ['.c'] },
  // Headers are C++, as in VS Code; the C++ grammar also reads C headers.
  {
    grammar: 'cpp',
    query: `${c}\n${cpp}`,
    macros: cppMacros,
    ids: ['cpp', 'cuda-cpp'],
    files: [
      '.h',
      '.cc',
      '.cpp',
      '.cxx',
      '.c++',
      '.hh',
      '.hpp',
      '.hxx',
      '.h++',
      '.ipp',
      '.inl',
      '.tpp',
      '.cppm',
      '.cu',
      '.cuh',
    ],
  },
  { grammar: 'c-sharp', query: cSharp, ids: ['csharp'], files: ['.cs', '.csx'] },
  {
    grammar: 'ruby',
    query: ruby,
    ids: ['ruby'],
    files: ['.rb', '.rake', '.gemspec', 'Rakefile', 'Gemfile'],
    word: /[\w]+[?!]?/y,
  },
  { grammar: 'php', query: php, ids: ['php'], files: ['.php', '.phtml'] },
  {
    grammar: 'bash',
    query: bash,
    ids: ['shellscript'],
    files: ['.sh', '.bash', '.bats', '.bashrc', '.profile'],
    word: /[\w.+-]+/y,
  },
  { grammar: 'powershell', query: powershell, ids: ['powershell'], files: ['.ps1', '.psm1', '.psd1'], word: /[\w-]+/y },
  { grammar: 'lua', query: lua, ids: ['lua'], files: ['.lua'] },
  { grammar: 'kotlin', query: kotlin, ids: ['kotlin'], files: ['.kt', '.kts'] },
  { grammar: 'swift', query: swift, ids: ['swift'], files: ['.swift'] },
  { grammar: 'dart', query: dart, ids: ['dart'], files: ['.dart'] },
  { grammar: 'scala', query: scala, ids: ['scala'], files: ['.scala', '.sc', '.sbt'] },
  {
    grammar: 'elixir',
    query: elixir,
    ids: ['elixir'],
    files: ['.ex', '.exs'],
    word: /(?:[A-Z]\w*\.)*(?<name>\w+[?!]?)/y,
  },
  { grammar: 'hcl', query: hcl, ids: ['terraform', 'hcl'], files: ['.tf', '.tfvars', '.hcl'], word: /[\w-]+/y },
  { grammar: 'zig', query: zig, ids: ['zig'], files: ['.zig'], testsInside: true },
  { grammar: 'css', query: css, ids: ['css'], files: ['.css'], word: /[\w-]+/y },
  {
    grammar: 'ini',
    query: ini,
    ids: ['ini', 'properties'],
    files: ['.ini', '.editorconfig', '.gitconfig', '.properties'],
  },
];

const byId = new Map(languages.flatMap((language) => language.ids.map((id) => [id, language] as const)));
const byFile = new Map(languages.flatMap((language) => language.files.map((name) => [name, language] as const)));

/** The language of a file, by its name. */
export function languageOfFile(file: string): Language | undefined {
  const name = file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
  const dot = name.lastIndexOf('.');
  return byFile.get(name) ?? (dot < 0 ? undefined : byFile.get(name.slice(dot).toLowerCase()));
}

/** The language by VS Code's id or by a file's name. */
export function languageOf(idOrFile: string): Language | undefined {
  return byId.get(idOrFile) ?? languageOfFile(idOrFile);
}
