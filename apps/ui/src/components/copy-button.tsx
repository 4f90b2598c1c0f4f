import { ActionIcon } from '@mantine/core';
import { useEffect, useState } from 'react';
import { copyText } from './copy.ts';
import { Icon } from './icon.tsx';

/** Copies a text, and says so for a moment. */
export const CopyButton = ({ text, name, size = 24 }: { readonly text: string; readonly name: string; readonly size?: number }) => {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  const label = copied ? 'Copied' : `Copy ${name}`;
  return (
    <ActionIcon
      size={size}
      aria-label={label}
      title={label}
      onClick={(event) => {
        event.preventDefault();
        event.stopPropagation();
        void copyText(text).then(() => setCopied(true));
      }}
    >
      <Icon name={copied ? 'done' : 'copy'} size={13} />
    </ActionIcon>
  );
};

/** An id in monospace with a button that copies it. */
export const Identifier = ({ id, name }: { readonly id: string; readonly name: string }) => (
  <span style={{ display: 'inline-flex', alignItems: 'center', gap: 2, minWidth: 0 }}>
    <span className="mono" style={{ overflow: 'hidden', textOverflow: 'ellipsis' }}>
      {id}
    </span>
    <CopyButton text={id} name={name} size={22} />
  </span>
);
