import { Popover } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useId } from 'react';
import classes from './guarded.module.css';
import { Inline } from './message.tsx';

interface Props {
  /** Why it cannot succeed; undefined when it may. */
  readonly refusal: string | undefined;
  /** Makes the button, with what it is to be given besides. */
  readonly children: (given: object) => React.ReactElement;
}

/**
 * A button that says why it cannot be used. It keeps its place in the order of the keyboard and tells its reason to the pointer, at the
 * focus, and to screen readers; the `disabled` attribute would hide it from two of the three. What a click does is up to the button.
 */
export const Guarded = ({ refusal, children }: Props) => {
  const id = useId();
  const [shown, { open, close }] = useDisclosure(false);
  const refused = refusal !== undefined;
  const onKeyDown = (event: React.KeyboardEvent) => event.key === 'Escape' && close();
  const given = {
    'data-disabled': true,
    'aria-disabled': true,
    'aria-describedby': id,
    onMouseEnter: open,
    onMouseLeave: close,
    onFocus: open,
    onBlur: close,
    onKeyDown,
  };
  // A popover and no tooltip: the page's first load has popovers already, and tooltips would be 3 kB more.
  return (
    <>
      <Popover opened={refused && shown} withRoles={false} width={300} transitionProps={{ duration: 80 }}>
        <Popover.Target>{children(refused ? given : {})}</Popover.Target>
        <Popover.Dropdown role="tooltip" className={classes.reason}>
          {refused && <Inline text={refusal} />}
        </Popover.Dropdown>
      </Popover>
      {refused && (
        <span id={id} className="visually-hidden">
          {refusal.replaceAll('`', '')}
        </span>
      )}
    </>
  );
};
