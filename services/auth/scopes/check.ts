import type { Handlers } from '@taskcluster/api';
import type { auth } from '@taskcluster/contracts';
import { requirementOf } from '@taskcluster/contracts/call';
import { readExpression, render } from '@taskcluster/scopes';
import type { AuthService } from '../service.ts';
import { explanationOf } from './explain.ts';
import { reading } from './refusal.ts';
import { subjectOf } from './subject.ts';

type Handler = Pick<Handlers<typeof auth, AuthService>, 'checkCall'>;

export const checkHandlers: Handler = {
  checkCall: async (service, { body, caller }) => {
    const requirement = reading(() => requirementOf(body));
    const subject = await subjectOf(service, body, caller);
    const unusable = subject.unusable ? { unusable: subject.unusable } : {};
    if (requirement.kind === 'unknown') return { decided: false, needs: requirement.needs, proofs: [], ...unusable };
    const rendered = requirement.kind === 'known' ? render(requirement.template, requirement.values) : undefined;
    if (rendered === undefined) return { decided: true, satisfied: true, proofs: [], ...unusable };
    const needed = reading(() => readExpression(rendered, 'What the call needs'));
    return { decided: true, required: needed, ...(await explanationOf(service, { subject, needed, caller })) };
  },
};
