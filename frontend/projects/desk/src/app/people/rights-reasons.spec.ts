import { reasonsOf } from './rights-reasons';

describe('the reasons of a right', () => {
  it('put roles with the same conditions together, the unconditional ones first', () => {
    const grants = [
      { role: 'agent', conditions: { whose: 'own' as const } },
      { role: 'supervisor', conditions: {} },
      { role: 'sales', conditions: { whose: 'own' as const } },
    ];
    const reasons = reasonsOf({ right: 'recordings.listen', now: true, grants }, conditions => conditions.whose ?? '');
    expect(reasons).toEqual([{ words: '', roles: ['supervisor'] }, { words: 'own', roles: ['agent', 'sales'] }]);
  });
});
