/** One event of a `text/event-stream`. */
export interface ServerSentEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

// A message is at most some tens of kilobytes; a stream without any line break is not an event stream.
const longestLine = 4 << 20;

/** Reads the events of a stream until it ends. Throws when the connection breaks. */
export async function* serverSentEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  let fields = noFields();
  for await (const line of linesOf(body)) {
    if (line !== '') {
      take(fields, line);
      continue;
    }
    // An event may have nothing but an id.
    if (fields.id !== undefined || fields.data.length > 0)
      yield { id: fields.id, event: fields.event ?? 'message', data: fields.data.join('\n') };
    fields = noFields();
  }
}

interface Fields {
  id: string | undefined;
  event: string | undefined;
  data: string[];
}
const noFields = (): Fields => ({ id: undefined, event: undefined, data: [] });

const take = (fields: Fields, line: string): void => {
  const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
  if (name === 'data') fields.data.push(value);
  else if (name === 'id') fields.id = value;
  else if (name === 'event') fields.event = value;
};

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > longestLine)
      throw new Error('The event stream has a line without an end. Is there a proxy in between that answers itself?');
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
  }
}
