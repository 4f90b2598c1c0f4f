import { isAssuming, isValidScope } from '@taskcluster/scopes';
import { command, flag, texts } from '../../arguments/command.ts';
import { exit, wrongUse } from '../../exit.ts';
import { styleFor } from '../../output/style.ts';
import { type Terminal, write, writeJson } from '../../output/terminal.ts';
import { type About, expressionFrom } from './about.ts';
import { answersOfFiles } from './answers/files.ts';
import { answersFrom, type Given, roleAnswerOptions } from './answers/index.ts';
import { missingText, proofText } from './explanation.ts';

export default command({
  examples: [
    "taskcluster scopes satisfies --have 'queue:*' --need queue:status:fN1SbArXTPSVFNUvaOlinQ",
    'taskcluster scopes satisfies --have assume:project:web --need queue:route:index.web.latest --roles roles.json',
  ],
  description:
    'Says whether some scopes are enough for others, and what is missing. Roles count: those of --roles, or else of the platform, which is\n' +
    'asked only if it depends on them. Ends with status 1 if the scopes are not enough.',
  positionals: {},
  options: {
    have: texts({ placeholder: 'SCOPE', description: 'A scope that is held.' }),
    need: texts({ placeholder: 'SCOPE', description: 'A scope that is needed, or an expression as JSON.' }),
    ...roleAnswerOptions,
    json: flag({ description: 'Print the answer as JSON: {satisfied, proofs, missing, grant}.' }),
  },
  run: async ({ options, terminal }) => {
    const { have, need } = options;
    if (need.length === 0) throw wrongUse('It is not said what is needed. Give it with --need SCOPE.');
    const wrong = have.find((scope) => !isValidScope(scope));
    if (wrong !== undefined) throw wrongUse(`${JSON.stringify(wrong)} is no scope. Write --have with printable ASCII.`);
    const about = { scopes: have };
    const needed = need.map(expressionFrom);
    const answer = await answered(options, { about, required: needed.length === 1 ? needed[0] : { AllOf: needed } }, terminal);
    const style = styleFor(terminal.stdout, terminal.env);
    const verdict = answer.satisfied ? `${style.green('✓')} The scopes are enough\n` : `${style.red('✕')} The scopes are not enough\n`;
    if (options.json) await writeJson(terminal, answer);
    else
      await write(
        terminal.stdout,
        verdict + (answer.satisfied ? proofText(answer.proofs, about, style) : missingText(answer, about, style)),
      );
    return answer.satisfied ? exit.done : exit.no;
  },
});

interface Question {
  readonly about: About & { readonly scopes: readonly string[] };
  readonly required: unknown;
}

/** Without any roles if they cannot matter: then nobody has to be asked. */
const answered = async (options: Given, { about, required }: Question, terminal: Terminal) => {
  const alone = await answersOfFiles({ roles: [] }).explain(about, required);
  if (options.roles.length === 0 && (alone.satisfied || !about.scopes.some(isAssuming))) return alone;
  return await (await answersFrom(options, terminal)).explain(about, required);
};
