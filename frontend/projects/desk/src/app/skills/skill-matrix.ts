import type { AgentSkills, LevelChange, Skill } from '../contract/skills';

/** Levels that are not saved yet, by cell. */
export type Draft = ReadonlyMap<string, number>;

export interface Place {
  row: number;
  column: number;
}

/** The cells between two corners, whichever they are. */
export interface Selection {
  from: Place;
  to: Place;
}

/** A level that somebody else changed while it was being changed here. */
export interface Conflict {
  key: string;
  agent: AgentSkills;
  skillId: string;
  was: number;
  now: number;
  mine: number;
}

export function keyOf(userId: string, skillId: string): string {
  return `${userId}/${skillId}`;
}

export function savedLevel(agent: AgentSkills, skillId: string): number {
  return agent.levels.find(level => level.skill_id === skillId)?.level ?? 0;
}

export function shownLevel(draft: Draft, agent: AgentSkills, skillId: string): number {
  return draft.get(keyOf(agent.user_id, skillId)) ?? savedLevel(agent, skillId);
}

/** The draft with one more level; one that is saved already is no change. */
export function withLevel(draft: Draft, agent: AgentSkills, skillId: string, level: number): Draft {
  if (!agent.may_change) return draft;
  const next = new Map(draft);
  if (savedLevel(agent, skillId) === level) next.delete(keyOf(agent.user_id, skillId));
  else next.set(keyOf(agent.user_id, skillId), level);
  return next;
}

export function rangeOf({ from, to }: Selection): { top: number; bottom: number; left: number; right: number } {
  return { top: Math.min(from.row, to.row), bottom: Math.max(from.row, to.row), left: Math.min(from.column, to.column), right: Math.max(from.column, to.column) };
}

export function isInside(selection: Selection, row: number, column: number): boolean {
  const { top, bottom, left, right } = rangeOf(selection);
  return row >= top && row <= bottom && column >= left && column <= right;
}

/** Sets every cell of the selection. */
export function filled(draft: Draft, selection: Selection, agents: readonly AgentSkills[], skills: readonly Skill[], level: number): Draft {
  const { top, bottom, left, right } = rangeOf(selection);
  let next = draft;
  for (const agent of agents.slice(top, bottom + 1)) for (const skill of skills.slice(left, right + 1)) next = withLevel(next, agent, skill.id, level);
  return next;
}

/** A level as a spreadsheet writes it; an empty cell is none, and what is no level is null. */
export function levelOf(cell: string): number | null {
  const text = cell.trim();
  if (text === '' || text === '·') return 0;
  return /^[0-5]$/.test(text) ? Number(text) : null;
}

export interface Pasted {
  draft: Draft;
  /** Cells that were no level, or fell outside or on somebody who may not be changed. */
  left: number;
}

/** Puts a block from a spreadsheet at the selection's corner; one cell alone fills the whole selection, as spreadsheets do. */
export function pasted(draft: Draft, selection: Selection, agents: readonly AgentSkills[], skills: readonly Skill[], text: string): Pasted {
  const rows = text.replace(/\r?\n$/, '').split(/\r?\n/).map(line => line.split('\t'));
  const { top, left } = rangeOf(selection);
  const only = rows.length === 1 && rows[0]?.length === 1 ? levelOf(rows[0][0] ?? '') : null;
  if (only !== null) return { draft: filled(draft, selection, agents, skills, only), left: 0 };
  let next = draft;
  let leftOut = 0;
  rows.forEach((cells, down) =>
    cells.forEach((cell, across) => {
      const [agent, skill, level] = [agents[top + down], skills[left + across], levelOf(cell)];
      if (agent?.may_change && skill && level !== null) next = withLevel(next, agent, skill.id, level);
      else leftOut++;
    }),
  );
  return { draft: next, left: leftOut };
}

/** The selection as a spreadsheet takes it. */
export function copied(draft: Draft, selection: Selection, agents: readonly AgentSkills[], skills: readonly Skill[]): string {
  const { top, bottom, left, right } = rangeOf(selection);
  const chosen = skills.slice(left, right + 1);
  return agents
    .slice(top, bottom + 1)
    .map(agent => chosen.map(skill => shownLevel(draft, agent, skill.id) || '').join('\t'))
    .join('\n');
}

/** What is sent; `was` is what this page had read. */
export function changesOf(draft: Draft, agents: readonly AgentSkills[]): LevelChange[] {
  const known = new Map(agents.map(agent => [agent.user_id, agent]));
  return [...draft].flatMap(([key, level]) => {
    const [userId = '', skillId = ''] = key.split('/');
    const agent = known.get(userId);
    return agent ? [{ user_id: userId, skill_id: skillId, was: savedLevel(agent, skillId), level }] : [];
  });
}

/** Which of the draft's cells are others now than they were, and the draft without those that are as wished or gone. */
export function rebased(draft: Draft, before: readonly AgentSkills[], now: readonly AgentSkills[]): { draft: Draft; conflicts: Conflict[] } {
  const [old, present] = [before, now].map(agents => new Map(agents.map(agent => [agent.user_id, agent])));
  const conflicts: Conflict[] = [];
  let next: Draft = new Map();
  for (const [key, mine] of draft) {
    const [userId = '', skillId = ''] = key.split('/');
    const agent = present?.get(userId);
    if (!agent) continue;
    next = withLevel(next, agent, skillId, mine);
    const earlier = old?.get(userId);
    const [was, is] = [earlier ? savedLevel(earlier, skillId) : 0, savedLevel(agent, skillId)];
    if (was !== is && is !== mine) conflicts.push({ key, agent, skillId, was, now: is, mine });
  }
  return { draft: next, conflicts };
}

export function withoutKeys(draft: Draft, keys: readonly string[]): Draft {
  return new Map([...draft].filter(([key]) => !keys.includes(key)));
}

export type Order = 'name' | 'team' | `skill:${string}`;

/** By name, by team, or who knows a skill best first. */
export function inOrder(agents: readonly AgentSkills[], order: Order): AgentSkills[] {
  const byName = (a: AgentSkills, b: AgentSkills) => a.name.localeCompare(b.name, 'ru');
  if (order === 'team') return [...agents].sort((a, b) => (a.team?.name ?? '\uffff').localeCompare(b.team?.name ?? '\uffff', 'ru') || byName(a, b));
  if (order === 'name') return [...agents].sort(byName);
  const skillId = order.slice('skill:'.length);
  return [...agents].sort((a, b) => savedLevel(b, skillId) - savedLevel(a, skillId) || byName(a, b));
}

/** The table as CSV. A word that a spreadsheet would take for a formula gets an apostrophe (OWASP, CSV injection). */
export function sheetOf(agents: readonly AgentSkills[], skills: readonly Skill[], draft: Draft): string {
  const lines = [
    ['id', 'name', 'team', ...skills.map(skill => skill.code)],
    ...agents.map(agent => [agent.user_id, agent.name, agent.team?.name ?? '', ...skills.map(skill => String(shownLevel(draft, agent, skill.id)))]),
  ];
  return '\ufeff' + lines.map(cells => cells.map(cellOf).join(',')).join('\r\n') + '\r\n';
}

function cellOf(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
