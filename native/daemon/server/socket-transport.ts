import { AbstractMessageReader, AbstractMessageWriter } from 'vscode-jsonrpc/node';
import type { DataCallback, Disposable, Message, MessageReader, MessageWriter } from 'vscode-jsonrpc/node';
import type { WebSocket } from 'ws';
import { toCodedError } from '../../protocol/coded-error.ts';
import type { CodedError } from '../../protocol/coded-error.ts';
import { readFrame } from './frame-check.ts';
import type { Outbound } from './outbound.ts';

/** Reads frames of a WebSocket as JSON-RPC messages. Reports the first bad frame and reads nothing after it. */
export class SocketReader extends AbstractMessageReader implements MessageReader {
  readonly #socket: WebSocket;
  readonly #onBadFrame: (error: CodedError) => void;

  constructor(socket: WebSocket, onBadFrame: (error: CodedError) => void) {
    super();
    this.#socket = socket;
    this.#onBadFrame = onBadFrame;
  }

  listen(callback: DataCallback): Disposable {
    const socket = this.#socket;
    const onMessage = (data: Buffer, binary: boolean): void => {
      let message: Message;
      try {
        message = readFrame(binary ? '' : data.toString('utf8'));
      } catch (error) {
        socket.off('message', onMessage);
        this.#onBadFrame(toCodedError(error, 'protocol.frame'));
        return;
      }
      callback(message);
    };
    const onClose = (): void => this.fireClose();
    socket.on('message', onMessage);
    socket.on('close', onClose);
    return { dispose: () => socket.off('message', onMessage).off('close', onClose) };
  }
}

/** Writes JSON-RPC messages as frames. A write resolves when the frame is queued; `Outbound` counts queued bytes. */
export class SocketWriter extends AbstractMessageWriter implements MessageWriter {
  readonly #outbound: Outbound;

  constructor(outbound: Outbound) {
    super();
    this.#outbound = outbound;
  }

  write(message: Message): Promise<void> {
    this.#outbound.send(JSON.stringify(message));
    return Promise.resolve();
  }

  end(): void {
    this.#outbound.close();
  }
}
