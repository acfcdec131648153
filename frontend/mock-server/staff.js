/** The sixty people of the scripted operator. */
import { createHash } from 'node:crypto';

const NAMES = `Мадина Саидова|Фаррух Назаров|Гость|Шаҳноза Каримова|Искандар Ӯлмасов|Ҷамшед Қодиров|Парвина Ғафурова|Сорбон Ҷӯраев|Рустам Одинаев|Бахтиёр Мирзоев
Нигина Раҳимова|Зарина Ҳакимова|Гулнора Шарипова|Фаридун Олимов|Мунира Азизова|Хуршед Бобоев|Дилноза Юсупова|Сиёвуш Раҷабов|Ғунча Сафарова|Светлана Орлова
Алишер Қурбонов|Наталья Ким|Манижа Давлатова|Ӯктам Холиқов|Тоҷиддин Ашӯров|Елена Волкова|Ҳабибулло Сатторов|Мехринисо Шамсова|Дарья Соколова|Абдуллоҷон Ҷабборов
Сабрина Ғаниева|Комрон Маҳмудов|Лола Исмоилова|Далер Юсупов|Ситора Ниёзова|Олег Титов|Фирӯз Низомов|Анора Қосимова|Ҷонибек Ҳайдаров|Шоира Тоирова
Мавзуна Худоёрова|Баҳром Латипов|Тахмина Пирова|Игорь Степанов|Рӯҳафзо Мирзоева|Некрӯз Ғайратов|Оиша Валиева|Умед Солиев|Ҳилола Раҳматова|Виктория Пак
Исфандиёр Шоев|Ганҷина Амирова|Қувват Саидов|Махбуба Икромова|Сергей Ли|Фотима Назарова|Шодмон Гулов|Ӯғулой Рустамова|Ҷамила Одинаева|Нурали Пирназаров`.split(/[|\n]/);

const ACCOUNTS = { 0: ['madina', ['agent']], 1: ['farrukh', ['supervisor']], 2: ['guest', []], 3: ['admin', ['admin']], 4: ['trainee', ['trainee']] };
const LATIN = { а: 'a', б: 'b', в: 'v', г: 'g', ғ: 'gh', д: 'd', е: 'e', ё: 'yo', ж: 'zh', з: 'z', и: 'i', ӣ: 'i', й: 'y', к: 'k', қ: 'q', л: 'l', м: 'm', н: 'n', о: 'o', п: 'p', р: 'r', с: 's', т: 't', у: 'u', ӯ: 'u', ф: 'f', х: 'kh', ҳ: 'h', ц: 'ts', ч: 'ch', ҷ: 'j', ш: 'sh', ы: 'y', ь: '', ю: 'yu', я: 'ya' };
const REGIONS = ['Душанбе', 'Душанбе', 'Хатлон', 'Суғд', 'Бадахшон', null];
const ROLES_OF = [['agent'], ['agent'], ['agent', 'sales'], ['senior_agent'], ['agent'], ['outsourced_agent'], ['agent'], ['sales'], ['quality_analyst'], ['agent', 'shift_lead'], ['corporate_manager'], ['agent']];

/** The same id for the same thing after a restart. */
export const idOf = text => createHash('md5').update(text).digest('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
const latin = word => [...word.toLowerCase()].map(letter => LATIN[letter] ?? letter).join('');
const before = minutes => new Date(Date.now() - minutes * 60_000).toISOString();

export const TEAMS = ['Первая линия', 'Мобильный интернет', 'Роуминг и eSIM', 'Продажи', 'Корпоративные клиенты', 'Ночная смена'].map(name => ({ id: idOf(name), name }));

export const STAFF = NAMES.map((name, index) => {
  const [account, roles] = ACCOUNTS[index] ?? [latin(name).replace(' ', '.'), index === 13 ? ['auditor'] : ROLES_OF[index % ROLES_OF.length]];
  const state = index % 19 === 12 ? 'disabled' : index % 17 === 11 ? 'invited' : 'active';
  const team = index < 3 ? TEAMS[0] : index % 9 === 8 ? null : TEAMS[index % TEAMS.length];
  return {
    id: idOf(account), name, email: `${account}@somon.example`, state, roles, team: team && { id: team.id, name: team.name }, region: REGIONS[index % REGIONS.length],
    outsourced: roles.includes('outsourced_agent'), is_agent: roles.some(role => /agent|sales|trainee|shift/.test(role)), created_at: before(60 * 24 * (400 - index * 6)),
    last_seen_at: state === 'invited' ? null : before(index < 24 ? 1 + index * 13 : 60 * 24 * (index - 20)), invitation_expires_at: state === 'invited' ? before(-60 * 24 * (1 + (index % 6))) : null, version: 1 + (index % 4),
  };
});

export const sorted = () => [...STAFF].sort((a, b) => a.name.localeCompare(b.name, 'ru'));
