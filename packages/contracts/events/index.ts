import { contract, get, monitoring } from '../contract.ts';

/** The event stream: messages for those who cannot or need not speak AMQP. */
export const events = contract({
  service: 'events',
  version: 'v1',
  title: 'Events',
  description: 'Messages of all services as they happen, over plain HTTP.',
  endpoints: {
    events: get('/events', {
      title: 'Follow messages',
      description:
        'Server-sent events: one for each message that matches a binding. The id of an event is a cursor; ' +
        'a connection that begins with it goes on where another one broke off. Some messages may come twice then: `messageId` in ' +
        'the data is the same for the same message each time, and no other message has it.',
      category: 'Events',
      scopes: 'web:read-pulse',
      query: { bind: /^[\x20-\x7e]{1,2000}$/, cursor: /^[\x20-\x7e]{1,500}$/ },
      output: 'blob',
      unpublished: true,
    }),
    ...monitoring,
  },
});
