export interface Draft {
  disposition: string | null;
  note: string;
}

export const EMPTY_DRAFT: Draft = { disposition: null, note: '' };

const KEY = 'ovoz.draft';

/** The draft of this interaction, when the tab keeps one. */
export function readDraft(storage: Storage, interactionId: string): Draft | null {
  try {
    const stored: unknown = JSON.parse(storage.getItem(KEY) ?? 'null');
    if (typeof stored !== 'object' || stored === null || !('id' in stored) || stored.id !== interactionId) return null;
    const { disposition, note } = stored as Partial<Draft>;
    return { disposition: disposition ?? null, note: note ?? '' };
  } catch {
    return null;
  }
}

export function keepDraft(storage: Storage, interactionId: string, draft: Draft): void {
  storage.setItem(KEY, JSON.stringify({ id: interactionId, ...draft }));
}

export function dropDraft(storage: Storage): void {
  storage.removeItem(KEY);
}
