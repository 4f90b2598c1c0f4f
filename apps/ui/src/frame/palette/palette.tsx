import { Modal, useMantineColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useId, useMemo, useState } from 'react';
import { Icon } from '../../components/icon.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { recentGroupsQuery, recentTasksQuery } from '../../data/recent.ts';
import { signOut } from '../../session/session.ts';
import { useSession } from '../../session/use-session.ts';
import { type Entry, entriesFor } from './entries.ts';
import classes from './palette.module.css';

const look = { withCloseButton: false, centered: false, yOffset: '9vh', padding: 0, size: 600, 'aria-label': 'Command palette' } as const;

/** Takes an id, a name or an action, and goes there. */
export const Palette = ({ onClose }: { readonly onClose: () => void }) => {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const entries = useEntries(text);
  const listId = useId();
  const at = Math.min(chosen, entries.length - 1);
  const act = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    entry.act();
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const next = (at + step + entries.length) % Math.max(1, entries.length);
      setChosen(next);
      document.getElementById(`${listId}-${next}`)?.scrollIntoView({ block: 'nearest' });
    }
    if (event.key === 'Enter') act(entries[at]);
  };
  return (
    <Modal opened onClose={onClose} {...look}>
      <input
        className={classes.input}
        data-autofocus
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
        placeholder="Id or name of a task or group, or an action"
        role="combobox"
        aria-label="Find a task or group, or do something"
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={at >= 0 ? `${listId}-${at}` : undefined}
        spellCheck={false}
        autoComplete="off"
      />
      <div className={classes.list} id={listId} role="listbox" aria-label="What fits">
        {entries.map((entry, i) => (
          <Row key={entry.id} entry={entry} id={`${listId}-${i}`} chosen={i === at} onPoint={() => setChosen(i)} onAct={() => act(entry)} />
        ))}
        {entries.length === 0 && (
          <p className={classes.none}>Nothing fits. The id of any task or group works, also one that is not in the list of recent ones.</p>
        )}
      </div>
    </Modal>
  );
};

interface RowProps {
  readonly entry: Entry;
  readonly id: string;
  readonly chosen: boolean;
  readonly onPoint: () => void;
  readonly onAct: () => void;
}

const Row = ({ entry, id, chosen, onPoint, onAct }: RowProps) => (
  // The keyboard is handled by the text field, which keeps the focus.
  <div id={id} role="option" aria-selected={chosen} className={classes.row} onPointerMove={onPoint} onClick={onAct}>
    <span className={classes.mark}>
      {entry.state ? (
        <StateMark state={entry.state} />
      ) : (
        <Icon name={entry.kind === 'action' ? 'play' : entry.kind === 'group' ? 'groups' : 'tasks'} size={14} />
      )}
    </span>
    <span className={classes.title}>{entry.title}</span>
    <span className={classes.detail}>{entry.detail ?? entry.kind}</span>
  </div>
);

const useEntries = (text: string): readonly Entry[] => {
  const navigate = useNavigate();
  const session = useSession();
  const { setColorScheme } = useMantineColorScheme();
  const tasks = useQuery({ ...recentTasksQuery, staleTime: 30_000 }).data?.rows;
  const groups = useQuery({ ...recentGroupsQuery, staleTime: 30_000 }).data?.groups;
  return useMemo(() => {
    const action = (title: string, act: () => void): Entry => ({ id: title, kind: 'action', title, act });
    const actions = [
      action('Create a task', () => void navigate({ to: '/create' })),
      action('Show recent tasks', () => void navigate({ to: '/' })),
      action('Show failed tasks', () => void navigate({ to: '/', search: { q: 'state:failed,exception' } })),
      action('Show task groups', () => void navigate({ to: '/groups' })),
      action('Use dark colours', () => setColorScheme('dark')),
      action('Use light colours', () => setColorScheme('light')),
      action('Use the colours of the system', () => setColorScheme('auto')),
      ...(session.state === 'in' ? [action('Sign out', () => void signOut())] : []),
    ];
    return entriesFor(text, {
      actions: text.trim() === '' ? actions.slice(0, 4) : actions,
      tasks: tasks ?? [],
      groups: groups ?? [],
      openTask: (taskId) => void navigate({ to: '/tasks/$taskId', params: { taskId } }),
      openGroup: (taskGroupId) => void navigate({ to: '/groups/$taskGroupId', params: { taskGroupId } }),
    });
  }, [text, tasks, groups, navigate, session.state, setColorScheme]);
};
