/** A server-sent event as it came. */
export interface Event {
  readonly id?: string;
  readonly event: string;
  readonly data?: { readonly messageId: number; readonly exchange: string; readonly routingKey: string; readonly payload: unknown };
}

const parse = (text: string): Event => {
  const fields = Object.fromEntries(
    text.split('\n').map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
  );
  return { ...fields, ...(fields.data ? { data: JSON.parse(fields.data) as Event['data'] } : {}) } as Event;
};

/** The events of an answer, one after the other; `next` answers undefined at its end, also when the connection broke. */
export interface Events {
  next(): Promise<Event | undefined>;
  leave(): Promise<void>;
}

export const eventsOf = (body: ReadableStream<Uint8Array> | null): Events => {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  return {
    next: async () => {
      while (!text.includes('\n\n')) {
        const { value, done } = (await reader?.read().catch(() => undefined)) ?? { done: true, value: undefined };
        if (done) return undefined;
        text += decoder.decode(value, { stream: true });
      }
      const end = text.indexOf('\n\n');
      const event = parse(text.slice(0, end));
      text = text.slice(end + 2);
      return event;
    },
    leave: async () => reader?.cancel().catch(() => {}),
  };
};
