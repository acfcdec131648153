import { inject, Injectable } from '@angular/core';
import type { Person } from '../contract/people';
import { Pages } from '../lists/pages';
import { PeopleApi, type PersonFilter } from './people-api';

const PAGE = 50;

/** The people that the list shows; a person who was changed beside it is changed in it. */
@Injectable()
export class PeopleList extends Pages<Person> {
  private readonly api = inject(PeopleApi);

  show(filter: PersonFilter): Promise<void> {
    return this.open(cursor => this.api.list({ ...filter, limit: PAGE, cursor }));
  }

  take(person: Person): void {
    this.replace(known => known.id === person.id, person);
  }
}
