/** A program that a client starts. */
export interface ProgramConfiguration {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The entry that most clients read, for one that starts the bridge. It holds no token. */
export function programConfiguration(program: ProgramConfiguration): string {
  return entry(program);
}

/** The entry that most clients read, for one that connects to the port. It holds the token. */
export function portConfiguration(url: string, token: string): string {
  return entry({ type: 'http', url, headers: { Authorization: `Bearer ${token}` } });
}

function entry(server: object): string {
  return `${JSON.stringify({ mcpServers: { moonwright: server } }, undefined, 2)}\n`;
}
