import { formatFor } from '../../native/daemon/chat/formats/registry.ts';
import { prompted } from '../../native/daemon/chat/formats/prompted.ts';
import { ChatTemplate } from '../../native/daemon/chat/template.ts';
import { reasonOf } from '../../native/protocol/coded-error.ts';
import { sampleTools } from '../support/daemon/reply-reading.ts';

/** What the daemon makes of a chat template. */
export interface TemplateProbe {
  readonly name: string;
  /** The family's format. */
  readonly format: string;
  /** The template renders tools, yet no family takes it: calls go through the plain-text protocol. */
  readonly fallsBack: boolean;
  /** Why a conversation cannot be rendered with it. */
  readonly failure: string | undefined;
}

/** Finds the family of a template, probes its shape and renders a conversation with a tool. */
export function probeTemplate(name: string, source: string): TemplateProbe {
  const format = formatFor(source, '');
  const plain = format.name === prompted.name;
  try {
    const same = <T>(value: T): T => value;
    const template = new ChatTemplate(
      source,
      { bos: '<s>', eos: '</s>' },
      { guard: same, guardValue: same, guardSchema: same, outsideSpecial: (_, at) => at },
    );
    const text = template.render({
      messages: [{ role: 'user', content: 'probe question' }],
      tools: plain ? [] : sampleTools,
      templateOptions: {},
      generationPrompt: true,
      now: new Date(0),
    });
    const lost = text.includes('probe question') ? undefined : 'it leaves out the question';
    return { name, format: format.name, fallsBack: plain && template.shape.tools, failure: lost };
  } catch (error) {
    return { name, format: format.name, fallsBack: plain, failure: reasonOf(error) };
  }
}
