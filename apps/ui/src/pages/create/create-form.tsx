import { Button } from '@mantine/core';
import { useRef, useState } from 'react';
import { useAccess } from '../../access/use-access.ts';
import { GuardedButton } from '../../components/guarded-button.tsx';
import { Icon } from '../../components/icon.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { SignInHelp } from '../../components/sign-in-help.tsx';
import { useSession } from '../../session/use-session.ts';
import classes from './create.module.css';
import { draft } from './draft.ts';
import { Editor, type EditorHandle } from './editor.tsx';
import { exampleFor } from './example.ts';
import { Problems } from './problems.tsx';
import { useCreate } from './use-create.ts';
import { useParsed } from './use-parsed.ts';

/** The editor, what is wrong with its text, and the button that runs it. */
export const CreateForm = ({ initial }: { readonly initial: string }) => {
  const [text, setText] = useState(initial);
  const editor = useRef<EditorHandle>(null);
  const session = useSession();
  const parsed = useParsed(text);
  const { create, creating, refusal, refuse, forgetRefusal } = useCreate();
  const { refusalOf, askAgain } = useAccess();
  const { definition } = parsed;
  const known = definition && refusalOf({ method: 'createTask', params: {}, payload: definition });
  const impossible = session.state === 'out' ? 'Nobody is signed in. Sign in to create tasks.' : known;
  const problems = refusal && refusal.placed.length > 0 ? refusal.placed : parsed.problems;
  const onText = (next: string) => {
    setText(next);
    draft.save(next);
    forgetRefusal();
  };
  const example = exampleFor(location.origin);
  const run = () => {
    if (impossible === undefined) return void create(text);
    refuse(impossible);
    askAgain();
  };
  return (
    <div className={classes.page}>
      <PageHead
        title="Create a task"
        windowTitle="Create a task"
        actions={
          <>
            {text !== example && (
              <Button variant="default" onClick={() => (setText(example), draft.forget(), forgetRefusal())}>
                Back to the example
              </Button>
            )}
            <GuardedButton
              leftSection={<Icon name="play" size={13} />}
              loading={creating}
              onClick={run}
              title="Ctrl Enter"
              refusal={impossible}
              onRefused={run}
            >
              Run
            </GuardedButton>
          </>
        }
      >
        <span>
          <kbd>Ctrl Enter</kbd> runs it. <kbd>Esc</kbd>, then <kbd>Tab</kbd> leaves the editor.
        </span>
      </PageHead>
      {session.state === 'out' && <SignInHelp title="Sign in to create tasks" />}
      <Editor ref={editor} text={text} onText={onText} onRun={run} problems={problems} times={parsed.times} />
      <Problems text={text} problems={problems} rest={refusal?.rest} onGo={(position) => editor.current?.goTo(position)} />
    </div>
  );
};
