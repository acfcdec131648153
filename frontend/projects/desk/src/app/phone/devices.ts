import { ChangeDetectionStrategy, Component, DestroyRef, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatDialogClose, MatDialogTitle } from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon, LevelMeter } from '@ovoz/ui';
import { AudioDevices } from './audio-devices';
import { Ringtone } from './ringtone';

/** Which microphone, which speaker, and whether they work. */
@Component({
  selector: 'ovoz-devices',
  imports: [Icon, LevelMeter, MatButton, MatDialogClose, MatDialogTitle, TranslocoDirective],
  template: `
    <div class="dialog" *transloco="let t" data-testid="devices">
      <header class="dialog-head"><h2 mat-dialog-title class="h-page grow">{{ t('devices.title') }}</h2><button type="button" class="icon-btn" mat-dialog-close [aria-label]="t('action.close')"><svg ovozIcon="x"></svg></button></header>
      <div class="dialog-body parts">
        <div class="field">
          <label class="label" for="microphone">{{ t('devices.microphone') }}</label>
          <select #microphone id="microphone" class="input" data-testid="device-microphone" (change)="devices.chooseMicrophone(microphone.value)">
            <option value="" [selected]="devices.microphoneId() === ''">{{ t('devices.default') }}</option>
            @for (device of devices.microphones(); track device.deviceId) {
              @if (device.deviceId && device.deviceId !== 'default') { <option [value]="device.deviceId" [selected]="device.deviceId === devices.microphoneId()">{{ devices.labelOf(device) }}</option> }
            }
          </select>
        </div>
        @if (devices.state() === 'open') {
          <div class="row"><ovoz-level-meter [level]="devices.level()" [label]="t('devices.level')" data-testid="device-level" /><span class="small muted">{{ t('devices.say_something') }}</span></div>
        } @else {
          <div class="notice notice-warn"><svg ovozIcon="mic-off"></svg><span>{{ t('devices.state.' + devices.state()) }}</span><button matButton="outlined" class="btn-s" type="button" (click)="devices.open()">{{ t('action.retry') }}</button></div>
        }
        <div class="field">
          <label class="label" for="speaker">{{ t('devices.speaker') }}</label>
          @if (devices.canChooseSpeaker) {
            <select #speaker id="speaker" class="input" data-testid="device-speaker" (change)="devices.chooseSpeaker(speaker.value)">
              <option value="" [selected]="devices.speakerId() === ''">{{ t('devices.default') }}</option>
              @for (device of devices.speakers(); track device.deviceId) {
                @if (device.deviceId && device.deviceId !== 'default') { <option [value]="device.deviceId" [selected]="device.deviceId === devices.speakerId()">{{ devices.labelOf(device) }}</option> }
              }
            </select>
          } @else { <p class="small muted">{{ t('devices.no_speaker_choice') }}</p> }
        </div>
        <div><button matButton="outlined" type="button" (click)="ringtone.beep()" data-testid="device-test"><svg ovozIcon="speaker"></svg>{{ t('devices.test') }}</button></div>
      </div>
    </div>
  `,
  styles: `.parts { display: grid; gap: var(--ovoz-space-4); }`,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Devices {
  protected readonly devices = inject(AudioDevices);
  protected readonly ringtone = inject(Ringtone);

  constructor() {
    void this.devices.open();
    inject(DestroyRef).onDestroy(this.devices.watchLevel());
  }
}
