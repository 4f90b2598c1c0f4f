import { ActionIcon, Button, Menu, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Icon } from '../components/icon.tsx';
import { Command } from '../components/panel.tsx';
import { signOut } from '../session/session.ts';
import { useSession } from '../session/use-session.ts';

/** Who is signed in, and the way in or out. */
export const UserMenu = () => {
  const session = useSession();
  const [helping, { open, close }] = useDisclosure(false);
  if (session.state === 'unknown' || session.state === 'unreachable') return null;
  if (session.state === 'out') {
    return (
      <>
        <Button onClick={open}>Sign in</Button>
        <Modal opened={helping} onClose={close} title="Sign in">
          <p style={{ marginBottom: 12 }}>Run this where the platform runs, and open the link that it prints in this browser.</p>
          <Command text="npx taskcluster signin-link" />
        </Modal>
      </>
    );
  }
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon aria-label={`Signed in as ${session.clientId}`} title={`Signed in as ${session.clientId}`}>
          <Icon name="user" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          Signed in as <span className="mono">{session.clientId}</span>
        </Menu.Label>
        <Menu.Item onClick={() => void signOut()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
};
