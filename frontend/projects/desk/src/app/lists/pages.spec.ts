import { Problem } from '../problems/problem';
import { Pages } from './pages';

describe('pages', () => {
  it('follow each other until there is no next one', async () => {
    const pages = new Pages<number>();
    await pages.open(cursor => Promise.resolve(cursor ? { items: [3], next_cursor: null } : { items: [1, 2], next_cursor: 'two' }));
    expect([pages.items(), pages.next()]).toEqual([[1, 2], 'two']);
    await pages.read();
    expect([pages.items(), pages.next()]).toEqual([[1, 2, 3], null]);
  });

  it('ignore the answer to an earlier question', async () => {
    const pages = new Pages<string>();
    let answerLate: (page: { items: string[]; next_cursor: null }) => void = () => undefined;
    const late = pages.open(() => new Promise(resolve => (answerLate = resolve)));
    await pages.open(() => Promise.resolve({ items: ['new'], next_cursor: null }));
    answerLate({ items: ['old'], next_cursor: null });
    await late;
    expect(pages.items()).toEqual(['new']);
  });

  it('keep what they have when the next page fails', async () => {
    const pages = new Pages<number>();
    await pages.open(cursor => (cursor ? Promise.reject(new Problem('unreachable', 0, '')) : Promise.resolve({ items: [1], next_cursor: 'two' })));
    await pages.read();
    expect([pages.items(), pages.problem()?.slug, pages.next(), pages.busy()]).toEqual([[1], 'unreachable', 'two', false]);
  });
});
