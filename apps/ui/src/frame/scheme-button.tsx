import { ActionIcon, useMantineColorScheme } from '@mantine/core';
import { Icon, type IconName } from '../components/icon.tsx';

const next = { auto: 'light', light: 'dark', dark: 'auto' } as const;
const icons: Readonly<Record<keyof typeof next, IconName>> = { auto: 'system', light: 'sun', dark: 'moon' };
const names = { auto: 'as the system', light: 'light', dark: 'dark' } as const;

/** Light, dark, or what the system says; remembered in this browser. */
export const SchemeButton = () => {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const label = `Colours: ${names[colorScheme]}. Change to ${names[next[colorScheme]]}.`;
  return (
    <ActionIcon aria-label={label} title={label} onClick={() => setColorScheme(next[colorScheme])}>
      <Icon name={icons[colorScheme]} />
    </ActionIcon>
  );
};
