import { dropDraft, keepDraft, readDraft } from './stored-draft';

describe('a kept draft', () => {
  beforeEach(() => sessionStorage.clear());

  it('is found again for the same interaction only', () => {
    keepDraft(sessionStorage, 'call-1', { disposition: 'resolved', note: 'Обещали СМС' });
    expect(readDraft(sessionStorage, 'call-1')).toEqual({ disposition: 'resolved', note: 'Обещали СМС' });
    expect(readDraft(sessionStorage, 'call-2')).toBeNull();
  });

  it('is gone once dropped', () => {
    keepDraft(sessionStorage, 'call-1', { disposition: null, note: 'x' });
    dropDraft(sessionStorage);
    expect(readDraft(sessionStorage, 'call-1')).toBeNull();
  });

  it('that was damaged is none', () => {
    sessionStorage.setItem('ovoz.draft', '{');
    expect(readDraft(sessionStorage, 'call-1')).toBeNull();
  });
});
