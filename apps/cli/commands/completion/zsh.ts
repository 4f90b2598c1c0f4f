import { quoted, type Word, type Words } from './words.ts';

const described = ({ word, summary }: Word) => quoted(`${word}:${summary.replaceAll(':', ' -')}`);

/** A completion function for zsh, for a folder of \`fpath\` or to be sourced. */
export const zsh = ({ subcommands, options }: Words): string => {
  const keys = [...new Set([...Object.keys(subcommands), ...Object.keys(options)])];
  const cases = keys
    .map(
      (key) =>
        `    ${quoted(key)}) entries=(${(subcommands[key] ?? []).map(described).join(' ')}) flags=(${(options[key] ?? []).map(described).join(' ')}) ;;\n`,
    )
    .join('');
  return `#compdef taskcluster
_taskcluster() {
  local typed="" i
  local -a entries flags
  for ((i = 2; i < CURRENT && i < 4; i++)); do
    [[ "\${words[i]}" == -* ]] && break
    case "$typed" in
      ${Object.keys(subcommands).map(quoted).join('|')}) typed="\${typed:+$typed }\${words[i]}" ;;
    esac
  done
  case "$typed" in
${cases}  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then
    _describe option flags
  elif (( \${#entries} )); then
    _describe command entries
  else
    _files
  fi
}
if [[ "\${funcstack[1]}" == _taskcluster ]]; then _taskcluster "$@"; else compdef _taskcluster taskcluster; fi
`;
};
