import type { TurnCheckpoints } from '../edits/turn-checkpoints.ts';
import type { FromPanel } from '../../webview/messages.ts';

const types = ['review', 'keepFiles', 'undoFiles', 'reviewFiles', 'openPending'] as const;

/** A request of the panel about changes that are neither kept nor undone. */
type ReviewRequest = Extract<FromPanel, { readonly type: (typeof types)[number] }>;

export function isReviewRequest(message: FromPanel): message is ReviewRequest {
  return types.some((type) => type === message.type);
}

/** Shows, keeps or undoes pending changes of a conversation. */
export function askReview(checkpoints: TurnCheckpoints, conversation: string, request: ReviewRequest): Promise<void> {
  const { review } = checkpoints;
  switch (request.type) {
    case 'review':
      return checkpoints.show(conversation, request.turn);
    case 'keepFiles':
      return review.keep(conversation, pathsOf(request.path));
    case 'undoFiles':
      return review.undo(conversation, pathsOf(request.path));
    case 'reviewFiles':
      return review.review(conversation);
    case 'openPending':
      return review.open(conversation, request.path);
  }
}

function pathsOf(path: string | undefined): readonly string[] | undefined {
  return path === undefined ? undefined : [path];
}
