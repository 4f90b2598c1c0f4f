import { quoted, type Word, type Words } from './words.ts';

const list = (words: readonly Word[]) => quoted(words.map(({ word }) => word).join(' '));

/** A completion function for bash 3.2 and later. File names are completed where no word of ours is. */
export const bash = ({ subcommands, options }: Words): string => {
  const keys = [...new Set([...Object.keys(subcommands), ...Object.keys(options)])];
  const cases = keys
    .map((key) => `    ${quoted(key)}) words=${list(subcommands[key] ?? [])} options=${list(options[key] ?? [])} ;;\n`)
    .join('');
  return `# bash completion for taskcluster
_taskcluster() {
  local current="\${COMP_WORDS[COMP_CWORD]}" typed="" words="" options="" i
  for ((i = 1; i < COMP_CWORD && i < 3; i++)); do
    case "\${COMP_WORDS[i]}" in
      -*) break ;;
      *) case "$typed" in
        ${Object.keys(subcommands).map(quoted).join('|')}) typed="\${typed:+$typed }\${COMP_WORDS[i]}" ;;
      esac ;;
    esac
  done
  case "$typed" in
${cases}  esac
  if [[ "$current" == -* ]]; then words="$options"; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _taskcluster taskcluster
`;
};
