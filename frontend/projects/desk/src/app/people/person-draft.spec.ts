import type { Person } from '../contract/people';
import { changeOf, draftOfPerson, withRole } from './person-draft';

const PERSON: Person = {
  id: '1', name: 'Ғафурова Парвина', email: 'p@somon.example', state: 'active', roles: ['agent', 'sales'], team: { id: 'a', name: 'Сино' }, region: 'Душанбе',
  outsourced: false, is_agent: true, created_at: '', last_seen_at: null, invitation_expires_at: null, version: 3,
};

describe('the change of a person', () => {
  it('is nothing when nothing differs, in whatever order the roles stand', () => {
    expect(changeOf({ ...draftOfPerson(PERSON), roles: ['sales', 'agent'] }, PERSON)).toBeNull();
  });

  it('holds only what differs', () => {
    expect(changeOf({ ...draftOfPerson(PERSON), region: ' ', team_id: null }, PERSON)).toEqual({ region: null, team_id: null });
    expect(changeOf({ ...draftOfPerson(PERSON), roles: withRole(PERSON.roles, 'sales', false) }, PERSON)).toEqual({ roles: ['agent'] });
  });

  it('never has a role twice', () => {
    expect(withRole(['agent'], 'agent', true)).toEqual(['agent']);
  });
});
