import { CopyButton } from './copy-button.tsx';
import classes from './panel.module.css';

interface Props {
  readonly title: string;
  readonly tone?: 'bad';
  readonly children: React.ReactNode;
  readonly actions?: React.ReactNode;
}

/** A box in the middle of a page that has nothing else to show: an empty list, a refusal, a failure. */
export const Panel = ({ title, tone, children, actions }: Props) => (
  <section className={classes.panel} data-tone={tone} role={tone === 'bad' ? 'alert' : undefined}>
    <h2>{title}</h2>
    {children}
    {actions && <div className={classes.buttons}>{actions}</div>}
  </section>
);

/** A command for the terminal, to be copied. */
export const Command = ({ text }: { readonly text: string }) => (
  <div className={classes.command}>
    <span>{text}</span>
    <CopyButton text={text} name="the command" />
  </div>
);
