import { randomBytes } from 'node:crypto';
import type * as vscode from 'vscode';

const key = 'serveToken';

/** The token of other programs: one per user, made when it is first needed, and kept by VS Code as a secret. */
export class ServeToken {
  readonly #secrets: vscode.SecretStorage;

  constructor(secrets: vscode.SecretStorage) {
    this.#secrets = secrets;
  }

  async read(): Promise<string> {
    return (await this.#secrets.get(key)) ?? (await this.renew());
  }

  /** Makes another one. The former one is wrong as soon as the port is opened again. */
  async renew(): Promise<string> {
    const token = randomBytes(24).toString('base64url');
    await this.#secrets.store(key, token);
    return token;
  }
}
