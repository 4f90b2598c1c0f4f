export { appendMessages, type OutgoingMessage } from './outbox.ts';
export { type Binding, type Message, matchesBinding, parseBindings } from './message.ts';
export { currentCursor, isCursor, readAfter, type Page } from './log.ts';
export { type Consumer, consumerLoop } from './consumer.ts';
export { streamMessages } from './stream.ts';
export { createPublisher, type Publish, type PublishRequest } from './publisher.ts';
export { messagesWritten, retentionLoop } from './channels.ts';
