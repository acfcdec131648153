/**
 * An E.164 number as people read it. Tajikistan: +992 93 000 45 17; other countries of up to
 * three digits of code in groups from the end; short codes and masked numbers as they are.
 */
export function formatPhoneNumber(number: string | null | undefined): string {
  if (!number) return '';
  if (number.includes('•')) return number;
  const digits = number.replace(/\D/g, '');
  if (digits.length < 7) return number.trim();
  if (digits.startsWith('992') && digits.length === 12) {
    return `+992 ${digits.slice(3, 5)} ${digits.slice(5, 8)} ${digits.slice(8, 10)} ${digits.slice(10)}`;
  }
  if (digits.startsWith('7') && digits.length === 11) {
    return `+7 ${digits.slice(1, 4)} ${digits.slice(4, 7)} ${digits.slice(7, 9)} ${digits.slice(9)}`;
  }
  if (digits.length === 9 && !number.startsWith('+')) {
    return `${digits.slice(0, 2)} ${digits.slice(2, 5)} ${digits.slice(5, 7)} ${digits.slice(7)}`;
  }
  const groups: string[] = [];
  let rest = digits;
  while (rest.length > 4) {
    groups.unshift(rest.slice(-2));
    rest = rest.slice(0, -2);
    if (groups.length === 2) {
      groups.unshift(rest.slice(-3));
      rest = rest.slice(0, -3);
      break;
    }
  }
  return `${number.startsWith('+') ? '+' : ''}${[rest, ...groups].filter(Boolean).join(' ')}`;
}

/** What was typed as a number in E.164, nine digits being a Tajik one; empty when it is no number. */
export function toDialledNumber(typed: string): string {
  const digits = typed.replace(/[\s()+.-]/g, '');
  if (!/^\d{7,15}$/.test(digits)) return '';
  return digits.length === 9 && !typed.trim().startsWith('+') ? `+992${digits}` : `+${digits}`;
}
