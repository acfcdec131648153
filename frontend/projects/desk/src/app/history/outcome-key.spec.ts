import { describe, expect, it } from 'vitest';
import { outcomeKey } from './outcome-key';

describe('outcomeKey', () => {
  it('says where a call is while it lasts', () => {
    expect(outcomeKey({ ended_at: null, end_reason: null, state: 'queued' })).toBe('course.queued');
  });

  it('says why a call ended, or only that it did', () => {
    const ended_at = '2026-11-24T10:00:00Z';
    expect(outcomeKey({ ended_at, end_reason: 'abandoned', state: 'closed' })).toBe('end_reason.abandoned');
    expect(outcomeKey({ ended_at, end_reason: null, state: 'closed' })).toBe('end_reason.unknown');
  });
});
