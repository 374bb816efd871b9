/** The words of a tool, bundled as text. */
declare module '*.md' {
  const text: string;
  export default text;
}
