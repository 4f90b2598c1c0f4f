import { Refusal } from '../../components/message.tsx';
import classes from './create.module.css';
import type { TextProblem } from './definition.ts';

interface Props {
  readonly text: string;
  readonly problems: readonly TextProblem[];
  readonly rest: string | undefined;
  readonly onGo: (position: number) => void;
}

/** What is wrong with the definition, line by line; a click leads there. */
export const Problems = ({ text, problems, rest, onGo }: Props) => {
  if (problems.length === 0 && rest === undefined) return null;
  return (
    <div className={classes.problems} role="alert">
      {rest !== undefined && <Refusal message={rest} />}
      {problems.map(({ from, message }, i) => (
        <button key={i} type="button" onClick={() => onGo(from)}>
          <b>Line {text.slice(0, from).split('\n').length}</b> {message.replaceAll('`', '')}
        </button>
      ))}
    </div>
  );
};
