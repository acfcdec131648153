import type { TimelineEntry } from '../contract/contract';

/** Keys of the texts that would fit an event, the most telling one first. */
export function eventKeys({ type, params }: Pick<TimelineEntry, 'type' | 'params'>): string[] {
  const event = type.replace(/\.v\d+$/, '').split('.').at(-1) ?? type;
  const plain = `event.${event}`;
  switch (event) {
    case 'ring_ended':
      return [`${plain}.${String(params['outcome'])}`, plain];
    case 'call_transferred':
    case 'call_overflowed':
      return [`${plain}.${String(params['target'])}`, plain];
    case 'dial_ended':
    case 'transfer_failed':
      return [`passed.failed.${String(params['outcome'])}`, plain];
    case 'digit_pressed':
      return [`${plain}.${String(params['party'])}`];
    case 'position_announced':
      return params['minutes'] ? [`${plain}_minutes`, plain] : [plain];
    case 'call_offered':
      return Number(params['attempt'] ?? 1) > 1 ? [`${plain}_again`, plain] : [plain];
    case 'wrap_up_finished':
      return params['timed_out'] === true || !params['disposition'] ? ['event.wrap_up_timed_out'] : [plain];
    default:
      return [plain];
  }
}
