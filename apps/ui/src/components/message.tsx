import classes from './message.module.css';

/** Text with a little Markdown: paragraphs, `code` and fenced blocks. Everything else stays as it was written. */
export const Message = ({ text }: { readonly text: string }) => (
  <div className={classes.message}>
    {text.split(/```\w*\n?/).map((part, i) => (i % 2 === 1 ? <pre key={i}>{part.trimEnd()}</pre> : <Paragraphs key={i} text={part} />))}
  </div>
);

/** What a service says about a refusal, without the facts about the request below its line. */
export const Refusal = ({ message }: { readonly message: string }) => <Message text={message.split(/\n+---\n/)[0] ?? message} />;

const Paragraphs = ({ text }: { readonly text: string }) =>
  text
    .trim()
    .split(/\n{2,}/)
    .filter(Boolean)
    .map((paragraph, i) => (
      <p key={i}>
        <Inline text={paragraph} />
      </p>
    ));

/** A sentence in which `code` is shown as such. */
export const Inline = ({ text }: { readonly text: string }) =>
  text.split(/`([^`]+)`/).map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part));
