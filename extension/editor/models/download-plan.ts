import * as vscode from 'vscode';
import type { ModelFit, PlannedModel } from '../../../native/protocol/model.ts';
import { sizeText } from '../../models/download-disk.ts';
import { requestBytes, type DownloadRequest } from '../../models/download-request.ts';
import { nativeText } from '../model-text/native-text.ts';

/** Shows what a download would bring, and asks once more. Undefined: the user closed the question. */
export async function confirmDownload(
  request: DownloadRequest,
  plan: string,
): Promise<'download' | 'another' | undefined> {
  const size = sizeText(requestBytes(request));
  const chosen = await vscode.window.showQuickPick(
    [
      {
        label: `$(cloud-download) ${vscode.l10n.t('Download {0}', size)}`,
        detail: nativeText(plan),
        answer: 'download' as const,
      },
      { label: `$(arrow-left) ${vscode.l10n.t('Choose another size')}`, answer: 'another' as const },
    ],
    { title: nativeText(request.model), placeHolder: vscode.l10n.t('What it would be on this machine') },
  );
  return chosen?.answer;
}

/** Where a planned model would run, with which context and how fast. */
export function planText({ fit, contextLargest, plan }: PlannedModel): string {
  const speed = plan.speed?.decodeTokensPerSecond;
  return [
    fitText(fit),
    contextLargest === 0 ? undefined : vscode.l10n.t('up to {0}k context', Math.round(contextLargest / 1024)),
    speed === undefined || fit === 'none' ? undefined : vscode.l10n.t('about {0} tok/s', speedText(speed)),
  ]
    .filter((text) => text !== undefined)
    .join(' · ');
}

function fitText(fit: ModelFit): string {
  const texts: Record<ModelFit, string> = {
    gpu: vscode.l10n.t('Runs on the GPU'),
    'gpu-and-ram': vscode.l10n.t('Runs on the GPU and in RAM'),
    ram: vscode.l10n.t('Runs in RAM, without a GPU'),
    none: vscode.l10n.t('Too large for the memory of this machine'),
  };
  return texts[fit];
}

function speedText(tokensPerSecond: number): string {
  return tokensPerSecond < 10 ? tokensPerSecond.toFixed(1) : String(Math.round(tokensPerSecond));
}
