import { randomBytes } from 'node:crypto';
import type * as vscode from 'vscode';

/** The token of a port for other programs: made when it is first needed, and kept by VS Code as a secret. */
export class PortToken {
  readonly #secrets: vscode.SecretStorage;
  readonly #key: string;

  /** `key`: the secret's name. Each port has its own. */
  constructor(secrets: vscode.SecretStorage, key: string) {
    this.#secrets = secrets;
    this.#key = key;
  }

  async read(): Promise<string> {
    return (await this.#secrets.get(this.#key)) ?? (await this.renew());
  }

  /** Makes another one. The former one is wrong as soon as the port is opened again. */
  async renew(): Promise<string> {
    const token = randomBytes(24).toString('base64url');
    await this.#secrets.store(this.#key, token);
    return token;
  }
}
