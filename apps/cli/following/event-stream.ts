/** One server-sent event (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export interface ServerEvent {
  readonly event: string;
  readonly data: string;
  readonly id: string | undefined;
}

/** Reads server-sent events from the body of a reply, until it ends. */
export async function* serverEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  let block: string[] = [];
  for await (const chunk of body) {
    // A carriage return at the end of a chunk may be the first half of a line end: it waits for the next chunk.
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line !== '') {
        block.push(line);
        continue;
      }
      const event = eventOf(block);
      block = [];
      if (event) yield event;
    }
  }
}

const eventOf = (lines: readonly string[]): ServerEvent | undefined => {
  const fields = lines.filter((line) => !line.startsWith(':')).map((line) => /^([^:]*):? ?(.*)$/s.exec(line));
  const all = (name: string) => fields.filter((field) => field?.[1] === name).map((field) => field?.[2] ?? '');
  const [event, data, id] = [all('event').at(-1), all('data'), all('id').at(-1)];
  return event === undefined && data.length === 0 && id === undefined
    ? undefined
    : { event: event || 'message', data: data.join('\n'), id };
};
