import ru from '../../i18n/ru.json';
import { isMasked, kindsOf, offerKey } from './masked';

describe('a value', () => {
  it.each([
    ['+992 •• ••• 45 17', true],
    ['Сафаров Ф•••••', true],
    ['•••••', true],
    ['+992930004517', false],
    ['', false],
    [null, false],
  ])('%s is masked: %s', (value, masked) => {
    expect(isMasked(value)).toBe(masked);
  });
});

describe('a reveal', () => {
  it('is offered for what is masked, and asks for everything that is shown', () => {
    const values = { name: 'Сафаров Ф•••••', phone: '+992930004517', text: null };
    expect(offerKey(values)).toBe('reveal.offer.name');
    expect(kindsOf(values)).toEqual(['name', 'phone', 'text']);
    expect(offerKey({ name: '•••••', phone: '•••••' })).toBe('reveal.offer.all');
    expect(offerKey({ name: null, phone: '•••••', text: '•••••' })).toBe('reveal.offer.phone');
    expect(offerKey({ name: 'Сафаров Фирӯз', phone: null })).toBeNull();
  });

  it('has words for every kind', () => {
    for (const kind of ['name', 'phone', 'email', 'text', 'staff_name', 'staff_email', 'all']) expect(`reveal.offer.${kind}` in ru, kind).toBe(true);
  });
});
