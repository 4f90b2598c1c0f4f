import { useMemo, useState } from 'react';
import { stringify } from 'yaml';
import { CopyButton } from '../../../../components/copy-button.tsx';
import { useTask } from '../use-task.ts';
import classes from './definition.module.css';

type Format = 'YAML' | 'JSON';

/** The definition as the queue keeps it. */
export const DefinitionTab = () => {
  const { task } = useTask();
  const [format, setFormat] = useState<Format>('YAML');
  const text = useMemo(
    () => (task ? (format === 'YAML' ? stringify(task, { lineWidth: 0 }) : JSON.stringify(task, undefined, 2)) : ''),
    [task, format],
  );
  return (
    <div className={classes.definition}>
      <div className={classes.controls}>
        <div className={classes.formats} role="group" aria-label="Format">
          {(['YAML', 'JSON'] as const).map((one) => (
            <button key={one} type="button" aria-pressed={one === format} onClick={() => setFormat(one)}>
              {one}
            </button>
          ))}
        </div>
        <CopyButton text={text} name="the definition" size={28} />
      </div>
      {/* It scrolls, so it has to be reachable with the keyboard. */}
      <pre className={classes.text} tabIndex={0}>
        {text}
      </pre>
    </div>
  );
};
