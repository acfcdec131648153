import type { Desk } from '../contract/contract';
import { initialDeskState, reduceDesk, takeDesk } from './desk-state';

const desk = (epoch: number, seq: number) => ({ epoch, seq, queues: [] }) as unknown as Desk;

describe('the live view', () => {
  it('is replaced by a later one and never by an earlier one', () => {
    const state = takeDesk(initialDeskState, desk(1, 5));
    expect(takeDesk(state, desk(1, 4)).desk?.seq).toBe(5);
    expect(takeDesk(state, desk(1, 6)).desk?.seq).toBe(6);
  });

  it('of a new owner is later, whatever its number', () => {
    const state = takeDesk(initialDeskState, desk(1, 500));
    expect(takeDesk(state, desk(2, 1)).desk?.epoch).toBe(2);
  });

  it('is owed when a later number is heard, and no more once it came', () => {
    let state = takeDesk(initialDeskState, desk(1, 5));
    state = reduceDesk(state, { type: 'number', epoch: 1, seq: 5 });
    expect(state.behind).toBe(false);
    state = reduceDesk(state, { type: 'number', epoch: 1, seq: 6 });
    expect(state.behind).toBe(true);
    expect(takeDesk(state, desk(1, 6)).behind).toBe(false);
  });

  it('keeps the last phone that was issued', () => {
    expect(reduceDesk(initialDeskState, { type: 'superseded', phone_id: 'p2' }).latestPhoneId).toBe('p2');
  });

  it('takes the figures of its own queues only', () => {
    const mine = { id: 'q1', waiting: 0 };
    const state = takeDesk(initialDeskState, { epoch: 1, seq: 1, queues: [mine] } as unknown as Desk);
    const data = [{ id: 'q1', waiting: 3 }, { id: 'q2', waiting: 9 }] as never;
    expect(reduceDesk(state, { type: 'queues', data }).desk?.queues).toEqual([{ id: 'q1', waiting: 3 } as never]);
  });

  it('keeps its view through messages it does not know', () => {
    const state = takeDesk(initialDeskState, desk(1, 5));
    expect(reduceDesk(state, { type: 'later' } as never)).toBe(state);
  });
});
