/** What somebody sees who sees masks: the caller of a call whose data they have not revealed. */
import { isRevealed } from './settings.js';

function mask(caller) {
  const digits = caller.number.replace(/\D/g, '');
  return {
    ...caller, name: caller.name && caller.name.replace(/^(\S+) (\S).*$/, '$1 $2•••••'),
    number: digits && `+992 •• ••• ${digits.slice(-4, -2)} ${digits.slice(-2)}`, number_token: digits ? `token.${digits}` : null,
  };
}

export function seenBy(session, call) {
  if (!call || !session.user.roles.includes('trainee') || isRevealed(session, call.id)) return call;
  return { ...call, caller: mask(call.caller), ...(call.note ? { note: '•••••' } : {}) };
}
