// The thread of ThreadedTemplate: renders what would block the daemon. A bundle of its own.
import { parentPort, workerData } from 'node:worker_threads';
import { toCodedError } from '../../protocol/coded-error.ts';
import { ContentGuard } from './content-guard.ts';
import { SpecialTokenMatcher } from './special-token-matcher.ts';
import { ChatTemplate } from './template.ts';
import type { TemplateAnswer, TemplateQuestion, TemplateSource } from './template-thread.ts';

const { source, tokens, specialTokens } = workerData as TemplateSource;
const template = new ChatTemplate(source, tokens, new ContentGuard(new SpecialTokenMatcher(specialTokens)));

function answer(question: TemplateQuestion): TemplateAnswer {
  try {
    if (question.kind === 'shape') return { kind: 'shape', shape: template.shape };
    return { kind: 'text', text: template.render(question.request) };
  } catch (error) {
    const { code, message } = toCodedError(error, 'template.failed');
    return { kind: 'failed', code, message };
  }
}

parentPort?.on('message', (question: TemplateQuestion) => parentPort?.postMessage(answer(question), []));
