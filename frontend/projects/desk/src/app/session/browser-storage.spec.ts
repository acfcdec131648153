import { keepDraft } from '../desk/stored-draft';
import { forgetPerson, keepOfBrowser } from './browser-storage';

describe('what the browser keeps', () => {
  beforeEach(() => {
    localStorage.clear();
    sessionStorage.clear();
  });

  it('is nothing of the person after signing out', () => {
    localStorage.setItem('ovoz.theme', 'dark');
    localStorage.setItem('ovoz.microphone', 'headset');
    localStorage.setItem('ovoz.something-new', 'Фаррух');
    sessionStorage.setItem('ovoz.muted', 'call-1');
    keepDraft(sessionStorage, 'call-1', { disposition: 'resolved', note: 'Фаррух, обещали СМС' });
    forgetPerson(localStorage, sessionStorage);
    expect(Object.keys(sessionStorage)).toEqual([]);
    expect(Object.keys(localStorage).sort()).toEqual(['ovoz.microphone', 'ovoz.theme']);
  });

  it('is the headset and the look, also when the platform had all of it cleared', () => {
    localStorage.setItem('ovoz.locale', 'tg');
    localStorage.setItem('ovoz.speaker', 'headset');
    localStorage.setItem('ovoz.something-new', 'Фаррух');
    const putBack = keepOfBrowser(localStorage);
    localStorage.clear();
    putBack();
    expect({ ...localStorage }).toEqual({ 'ovoz.locale': 'tg', 'ovoz.speaker': 'headset' });
  });
});
