import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { Problem } from '../../components/problem.tsx';
import { Waiting } from '../../components/waiting.tsx';
import { definitionQuery } from '../../data/task.ts';
import { copiedText } from './copied.ts';
import { CreateForm } from './create-form.tsx';
import { draft } from './draft.ts';
import { exampleFor } from './example.ts';

/** Writes a task definition and runs it: the last draft, an example, or a copy of another task. */
export const CreatePage = () => {
  const { from } = useSearch({ from: '/create' });
  return from === undefined ? (
    <CreateForm key="draft" initial={draft.load() ?? exampleFor(location.origin)} />
  ) : (
    <Copy key={from} taskId={from} />
  );
};

const Copy = ({ taskId }: { readonly taskId: string }) => {
  const { data, error, refetch } = useQuery(definitionQuery(taskId));
  if (data) return <CreateForm initial={copiedText(data)} />;
  const retry = () => void refetch();
  return error ? <Problem error={error} what={`task ${taskId}`} retry={retry} /> : <Waiting what="the task to copy" retry={retry} />;
};
