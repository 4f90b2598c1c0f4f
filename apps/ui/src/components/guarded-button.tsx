import { Button, type ButtonProps } from '@mantine/core';
import { Guarded } from './guarded.tsx';

interface Props extends ButtonProps {
  readonly onClick: () => void;
  readonly refusal: string | undefined;
  /** What a click does when it cannot be used. */
  readonly onRefused: () => void;
  readonly title?: string;
}

/** A button that says why it cannot be used. */
export const GuardedButton = ({ refusal, onClick, onRefused, title, ...button }: Props) => (
  <Guarded refusal={refusal}>
    {(given) =>
      refusal === undefined ? <Button {...button} title={title} onClick={onClick} /> : <Button {...button} {...given} onClick={onRefused} />
    }
  </Guarded>
);
