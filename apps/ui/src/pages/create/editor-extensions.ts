import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { lintGutter } from '@codemirror/lint';
import { EditorState, type Extension, StateEffect, StateField } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  WidgetType,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { absoluteWords } from '../../words/time-words.ts';
import type { WrittenTime } from './definition.ts';

/** Tells the editor what the times in its text mean. */
export const setTimes = StateEffect.define<readonly WrittenTime[]>();

class Meaning extends WidgetType {
  readonly at: number;
  constructor(at: number) {
    super();
    this.at = at;
  }
  override eq(other: Meaning): boolean {
    // Shown to the second: no need to draw it anew for less.
    return Math.floor(this.at / 1000) === Math.floor(other.at / 1000);
  }
  override toDOM(): HTMLElement {
    const note = document.createElement('span');
    note.className = 'cm-meaning';
    note.textContent = `  → ${absoluteWords(this.at)}`;
    return note;
  }
}

const meanings = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (before, transaction) => {
    for (const effect of transaction.effects) {
      if (!effect.is(setTimes)) continue;
      const { length } = transaction.state.doc;
      const widgets = effect.value
        .filter(({ end }) => end <= length)
        .map(({ end, at }) => Decoration.widget({ widget: new Meaning(at), side: 1 }).range(end));
      return Decoration.set(widgets, true);
    }
    return before.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--accent)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--completed)' },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: 'var(--exception)' },
  { tag: [tags.comment, tags.lineComment], color: 'var(--dim)', fontStyle: 'italic' },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: 'var(--dim)' },
]);

const look = EditorView.theme({
  '&': { height: '100%', fontSize: '13px', backgroundColor: 'var(--surface)', color: 'var(--text)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55' },
  '.cm-content': { caretColor: 'var(--text)', padding: '10px 0' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--dim)', border: 'none', paddingLeft: '6px' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--sunken)' },
  '&.cm-focused .cm-cursor': { borderLeftColor: 'var(--text)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--accent-soft) !important' },
  '.cm-meaning': { color: 'var(--dim)', fontStyle: 'italic', whiteSpace: 'pre' },
  '.cm-tooltip': { backgroundColor: 'var(--surface)', border: '1px solid var(--line-strong)', color: 'var(--text)' },
  '.cm-diagnostic': { borderLeftColor: 'var(--failed)' },
});

interface Handlers {
  readonly onText: (text: string) => void;
  readonly onRun: () => void;
}

/** Everything that the editor of task definitions can do. */
export const editorExtensions = ({ onText, onRun }: Handlers): Extension => [
  lineNumbers(),
  lintGutter(),
  highlightSpecialChars(),
  history(),
  drawSelection(),
  indentOnInput(),
  bracketMatching(),
  highlightActiveLine(),
  indentUnit.of('  '),
  EditorState.tabSize.of(2),
  EditorView.lineWrapping,
  EditorView.contentAttributes.of({ 'aria-label': 'Task definition in YAML', spellcheck: 'false' }),
  keymap.of([{ key: 'Mod-Enter', preventDefault: true, run: () => (onRun(), true) }, ...defaultKeymap, ...historyKeymap, indentWithTab]),
  yaml(),
  syntaxHighlighting(colours),
  meanings,
  look,
  EditorView.updateListener.of((update) => {
    if (update.docChanged) onText(update.state.doc.toString());
  }),
];
