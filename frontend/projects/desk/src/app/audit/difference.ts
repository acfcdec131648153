export interface FieldChange {
  /** Path of the field, parts joined by a dot. */
  field: string;
  before: string | null;
  after: string | null;
  /** What of a list came and went; empty where the value is no list. */
  added: string[];
  removed: string[];
}

type Values = Record<string, unknown> | null;

/** What an act changed, field by field; what stayed is left out. */
export function differenceOf(before: Values, after: Values): FieldChange[] {
  const [old, now] = [flat(before), flat(after)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap(field => {
    const [was, is] = [old.get(field), now.get(field)];
    if (JSON.stringify(was) === JSON.stringify(is)) return [];
    const lists = Array.isArray(was ?? []) && Array.isArray(is ?? []) && (Array.isArray(was) || Array.isArray(is));
    const [wasList, isList] = lists ? [words(was), words(is)] : [[], []];
    return [{
      field,
      before: word(was),
      after: word(is),
      added: isList.filter(item => !wasList.includes(item)),
      removed: wasList.filter(item => !isList.includes(item)),
    }];
  });
}

function flat(values: Values): Map<string, unknown> {
  const found = new Map<string, unknown>();
  const walk = (value: unknown, path: string): void => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0) {
      for (const [name, inner] of Object.entries(value)) walk(inner, path ? `${path}.${name}` : name);
    } else {
      found.set(path, value);
    }
  };
  for (const [name, value] of Object.entries(values ?? {})) walk(value, name);
  return found;
}

function words(value: unknown): string[] {
  return Array.isArray(value) ? value.map(item => word(item) ?? '') : [];
}

/** A value as it is read; null where there is none. */
function word(value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.length > 0 ? words(value).join(', ') : null;
  return JSON.stringify(value);
}
