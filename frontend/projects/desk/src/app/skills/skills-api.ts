import { HttpClient } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import type { Page } from '../contract/contract';
import { ifVersion, queryOf, sendOnce } from '../contract/send-once';
import type { AgentSkills, LevelChange, LevelsSaved, SheetReport, Skill, SkillCreate, SkillUpdate } from '../contract/skills';

const PAGE = 100;

/** Skills and who has them over REST. */
@Injectable({ providedIn: 'root' })
export class SkillsApi {
  private readonly http = inject(HttpClient);

  list(): Promise<Skill[]> {
    return firstValueFrom(this.http.get<Skill[]>('/api/skills'));
  }

  create(skill: SkillCreate): Promise<Skill> {
    return sendOnce(headers => this.http.post<Skill>('/api/skills', skill, { headers }));
  }

  change({ id, version }: Skill, change: SkillUpdate): Promise<Skill> {
    return firstValueFrom(this.http.patch<Skill>(`/api/skills/${encodeURIComponent(id)}`, change, { headers: ifVersion(version) }));
  }

  /** Every agent, by pages: the matrix is worked in as a whole. */
  async agents(): Promise<AgentSkills[]> {
    const found: AgentSkills[] = [];
    let cursor: string | null = null;
    do {
      const page: Page<AgentSkills> = await firstValueFrom(this.http.get<Page<AgentSkills>>('/api/agent-skills', { params: queryOf({ limit: PAGE, cursor }) }));
      found.push(...page.items);
      cursor = page.next_cursor;
    } while (cursor);
    return found;
  }

  /** All or nothing; sent again it does nothing twice. */
  give(changes: LevelChange[]): Promise<LevelsSaved> {
    return firstValueFrom(this.http.patch<LevelsSaved>('/api/agent-skills', { changes }));
  }

  readSheet(content: string): Promise<SheetReport> {
    return firstValueFrom(this.http.post<SheetReport>('/api/agent-skills/preview', { content }));
  }
}
