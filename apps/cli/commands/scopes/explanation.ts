import type { ExplainScopesResponse } from '@taskcluster/contracts';
import type { Style } from '../../output/style.ts';
import { type About, nameOf, verdictOf } from './about.ts';

type Explanation = Omit<ExplainScopesResponse, 'satisfied'>;
type Proof = Explanation['proofs'][number];
type Step = Proof['steps'][number];

/** Whether somebody has what is asked for, and why, or what is missing. */
export const explanationText = (answer: ExplainScopesResponse, about: About, { asked, style }: { asked: string; style: Style }): string => {
  const verdict = answer.satisfied
    ? `${style.green('✓')} ${verdictOf(about, 'have')} ${asked}\n`
    : `${style.red('✕')} ${verdictOf(about, 'lack')} ${asked}\n`;
  return `${verdict}${unusableText(answer, style)}${answer.satisfied ? proofText(answer.proofs, about, style) : missingText(answer, about, style)}`;
};

/** Why scopes are enough: one chain for each of them, as a tree. */
export const proofText = (proofs: readonly Proof[], about: About, style: Style): string =>
  proofs.map((proof) => `\n${oneProof(proof, about, style)}`).join('');

const oneProof = ({ scope, held, steps, by, withheld }: Proof, about: About, style: Style): string => {
  const first = `  ${withheld ? by : held}  ${style.dim(withheld ? 'by a role that you may not read' : originOf(held, about))}`;
  const end = by === scope ? [] : [`  ${'  '.repeat(steps.length)}${style.dim(`which covers ${scope}`)}`];
  return [first, ...steps.map((step, i) => stepText(step, i + 1, style)), ...end].map((line) => `${line}\n`).join('');
};

const originOf = (held: string, { roleId, clientId, scopes }: About): string => {
  if (scopes !== undefined) return 'given';
  if (held === 'assume:anonymous') return 'everybody has it';
  if (roleId !== undefined) return 'the role itself';
  return clientId === undefined ? 'you have it' : 'the client has it';
};

const stepText = ({ roleId, written, parameter, granted }: Step, depth: number, style: Style): string => {
  const filled = parameter === undefined || !written.includes('<..>') ? '' : `, where <..> is ${JSON.stringify(parameter)}`;
  return `  ${'  '.repeat(depth - 1)}└ ${granted}  ${style.dim(`from role ${roleId}${filled}`)}`;
};

/** What is missing, and the ways to mend it. */
export const missingText = ({ missing, grant }: Explanation, about: About, style: Style): string => {
  const lacking = typeof missing === 'string' ? missing : JSON.stringify(missing, null, 2);
  const parts = [`\n${style.bold('Missing')}\n${indented(lacking)}`];
  if (!grant)
    return [...parts, '\nNo scope would be enough: one of an empty list of alternatives is asked for. Ask for something else.\n'].join('');
  if (grant.scopes.join() !== lacking) parts.push(`\n${style.bold('The smallest grant')}\n${indented(grant.scopes.join('\n'))}`);
  if (grant.roles?.length) {
    const roles = grant.roles.map(({ assume, gives }) => `${assume}  ${style.dim(`${gives} scopes in all`)}`);
    parts.push(`\n${style.bold(`Or a role that carries it; grant one of these to ${nameOf(about)}`)}\n${indented(roles.join('\n'))}`);
  }
  return parts.join('');
};

const indented = (text: string) =>
  text
    .split('\n')
    .map((line) => `  ${line}\n`)
    .join('');

/** A note that a client is refused whatever it holds. */
export const unusableText = ({ unusable }: Pick<Explanation, 'unusable'>, style: Style): string =>
  unusable === undefined
    ? ''
    : style.yellow(`But the client ${unusable === 'disabled' ? 'is disabled' : 'has expired'}, so its requests are refused.\n`);
