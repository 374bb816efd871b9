/** One event of a stream: its name, if it has one, and its data. */
export interface ServerSentEvent {
  readonly name: string | undefined;
  readonly data: Record<string, unknown>;
}

/** The events of a whole answer; comments and the mark of the end are left out. */
export async function eventsOf(response: Response): Promise<ServerSentEvent[]> {
  const blocks = (await response.text()).split('\n\n');
  return blocks.flatMap((block) => {
    const data = /^data: (.*)$/m.exec(block)?.[1];
    if (data === undefined || data === '[DONE]') return [];
    return [{ name: /^event: (.*)$/m.exec(block)?.[1], data: JSON.parse(data) as Record<string, unknown> }];
  });
}
