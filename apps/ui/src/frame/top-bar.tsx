import { useDisclosure } from '@mantine/hooks';
import { lazy, Suspense } from 'react';
import { Icon } from '../components/icon.tsx';
import { useLive } from '../live/use-live.ts';
import classes from './frame.module.css';
import { SchemeButton } from './scheme-button.tsx';
import { usePaletteKeys } from './use-palette-keys.ts';
import { UserMenu } from './user-menu.tsx';

const loadPalette = () => import('./palette/palette.tsx');
const Palette = lazy(async () => ({ default: (await loadPalette()).Palette }));
// Fetched as soon as the page has nothing else to do: whoever presses Ctrl K goes on typing at once.
setTimeout(() => void loadPalette().catch(() => undefined), 1000);

export const TopBar = () => {
  const [opened, { open, close }] = useDisclosure(false);
  usePaletteKeys(open);
  return (
    <header className={classes.bar}>
      <button type="button" className={classes.find} onClick={open} aria-haspopup="dialog">
        <Icon name="search" size={14} />
        <span>Find a task or group, or do something</span>
        <kbd className={classes.key}>Ctrl K</kbd>
        <kbd className={classes.key}>/</kbd>
      </button>
      <div className={classes.space} />
      <LiveMark />
      <SchemeButton />
      <UserMenu />
      {opened && (
        <Suspense>
          <Palette onClose={close} />
        </Suspense>
      )}
    </header>
  );
};

const words = { live: 'Live', connecting: 'Connecting', lost: 'Not live', refused: 'Not live' } as const;
const meanings = {
  live: 'The page shows changes as they happen.',
  connecting: 'The page is asking for changes.',
  lost: 'The connection is lost; what you see may be old.',
  refused: 'You may not follow messages; reload to see changes.',
} as const;

const LiveMark = () => {
  const { state } = useLive();
  if (state === 'off') return null;
  return (
    <span className={classes.live} data-state={state} title={meanings[state]}>
      <i aria-hidden="true" />
      <span>{words[state]}</span>
    </span>
  );
};
