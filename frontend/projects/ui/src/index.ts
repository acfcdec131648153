export { AdoptedStyles, provideAdoptedStyles } from './adopted-styles';
export { Brand } from './brand';
export { CallStrip, type StripPart } from './call-strip';
export { Icon } from './icon';
export { LevelMeter } from './level-meter';
export { QualityBars } from './quality-bars';
export { Sprite } from './sprite';
