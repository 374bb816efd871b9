/** Texts that are bundled as they are: a tool's words, a language's queries. */
declare module '*.md' {
  const text: string;
  export default text;
}
declare module '*.scm' {
  const text: string;
  export default text;
}
