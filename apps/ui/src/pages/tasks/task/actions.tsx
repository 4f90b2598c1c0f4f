import { Button, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { TaskStatus } from '@taskcluster/contracts';
import { Link } from '@tanstack/react-router';
import { useAccess } from '../../../access/use-access.ts';
import { GuardedButton } from '../../../components/guarded-button.tsx';
import { Icon } from '../../../components/icon.tsx';
import { Refusal } from '../../../components/message.tsx';
import { isResolved } from '../../../data/states.ts';
import { queue } from '../../../session/api.ts';

type Verb = 'cancelTask' | 'rerunTask' | 'scheduleTask';

/** What can be done with a task in its state. */
export const TaskActions = ({ status }: { readonly status: TaskStatus }) => {
  const resolved = isResolved(status.state);
  return (
    <>
      {status.state === 'unscheduled' && (
        <Action verb="scheduleTask" status={status} name="Start" icon="play" question="It starts without waiting for its dependencies." />
      )}
      {resolved && <Action verb="rerunTask" status={status} name="Rerun" icon="rerun" />}
      {!resolved && (
        <Action
          verb="cancelTask"
          status={status}
          name="Cancel"
          icon="cancel"
          question={status.state === 'running' ? 'Its worker stops it at once. The log so far is kept.' : 'It will not run.'}
        />
      )}
      <Button
        component={Link}
        to="/create"
        search={{ from: status.taskId } as never}
        variant="default"
        leftSection={<Icon name="edit" size={13} />}
      >
        Edit as new
      </Button>
    </>
  );
};

interface ActionProps {
  readonly verb: Verb;
  readonly status: TaskStatus;
  readonly name: string;
  readonly icon: 'play' | 'rerun' | 'cancel';
  /** Asked before it is done; without a question it is done at once. */
  readonly question?: string;
}

const Action = ({ verb, status, name, icon, question }: ActionProps) => {
  const { taskId, schedulerId, taskGroupId, projectId } = status;
  const client = useQueryClient();
  const { refusalOf, askAgain } = useAccess();
  const [asking, { open, close }] = useDisclosure(false);
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: () => queue[verb]({ taskId }),
    onSuccess: (answer) => {
      client.setQueryData(['status', taskId], answer.status);
      close();
    },
    onError: open,
  });
  const onClose = () => {
    close();
    reset();
  };
  return (
    <>
      <GuardedButton
        variant="default"
        leftSection={<Icon name={icon} size={13} />}
        loading={isPending && !asking}
        onClick={() => (question ? open() : mutate())}
        refusal={refusalOf({ method: verb, params: { taskId, schedulerId, taskGroupId, projectId } })}
        onRefused={askAgain}
      >
        {name}
      </GuardedButton>
      <Modal opened={asking} onClose={onClose} title={error ? `${name} did not work` : `${name} this task?`}>
        {question && !error && <p>{question}</p>}
        {error && (
          <div role="alert">
            <Refusal message={error.message} />
          </div>
        )}
        <div style={{ display: 'flex', justifyContent: 'flex-end', gap: 8, marginTop: 16 }}>
          <Button variant="default" onClick={onClose}>
            {question && !error ? 'Keep it as it is' : 'Close'}
          </Button>
          {question && (
            <Button color={verb === 'cancelTask' ? 'red.9' : 'accent'} loading={isPending} onClick={() => mutate()} data-autofocus>
              {error ? 'Try again' : `${name} the task`}
            </Button>
          )}
        </div>
      </Modal>
    </>
  );
};
