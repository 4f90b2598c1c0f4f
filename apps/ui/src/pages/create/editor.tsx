import { setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { useEffect, useImperativeHandle, useRef } from 'react';
import type { TextProblem, WrittenTime } from './definition.ts';
import { editorExtensions, setTimes } from './editor-extensions.ts';
import classes from './create.module.css';

export interface EditorHandle {
  readonly goTo: (position: number) => void;
}

interface Props {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onRun: () => void;
  readonly problems: readonly TextProblem[];
  readonly times: readonly WrittenTime[];
  readonly ref: React.Ref<EditorHandle>;
}

/** CodeMirror. The text is its own; a `text` that differs from it (another example) replaces it. */
export const Editor = ({ text, onText, onRun, problems, times, ref }: Props) => {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const handlers = useRef({ onText, onRun });
  handlers.current = { onText, onRun };
  useEffect(() => {
    const extensions = editorExtensions({ onText: (now) => handlers.current.onText(now), onRun: () => handlers.current.onRun() });
    const editor = new EditorView({ state: EditorState.create({ doc: text, extensions }), parent: place.current! });
    view.current = editor;
    editor.focus();
    return () => editor.destroy();
    // oxlint-disable-next-line react/exhaustive-deps -- made once; later texts are put in below
  }, []);
  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === text) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [text]);
  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const { length } = editor.state.doc;
    const found = problems.map(({ from, to, message }) => ({
      from: Math.min(from, length),
      to: Math.min(to, length),
      severity: 'error' as const,
      message,
    }));
    editor.dispatch(setDiagnostics(editor.state, found));
  }, [problems]);
  useEffect(() => view.current?.dispatch({ effects: setTimes.of(times) }), [times]);
  useImperativeHandle(ref, () => ({
    goTo: (position) => {
      const editor = view.current;
      if (!editor) return;
      editor.dispatch({ selection: { anchor: Math.min(position, editor.state.doc.length) }, scrollIntoView: true });
      editor.focus();
    },
  }));
  return <div ref={place} className={classes.editor} />;
};
