import { fold } from '../../name.ts'
import type { Seniority } from '../fields.ts'

const OFFICERS = ['c[acdefhilmoprst]o', 'ciso', 'chro', 'chief [a-z ]*officer']

/** Where a part of a title begins, and where one ends. */
const START = '(?<=^|/ )'
const END = '(?= /|$)'

/**
 * Words in English, German, French and Spanish. The first row with one that stands in the title
 * decides; null means that the word sounds like a level and is none.
 */
const RULES: readonly (readonly [level: Seniority | null, ...words: readonly string[]])[] = [
  [null, 'former', 'formerly', 'ex', 'retired', 'past', 'aspiring', 'ehemalig[a-z]*', 'ancien', 'ancienne'],
  ['entry', `assistante?${END}`, 'assistante? (?:to|of|for|de|du)', '(?:executive|personal|office) assistant'],
  ['entry', '[a-z]*assistent', '[a-z]*assistenz', 'asistente', '[a-z]*sekretar'],
  [null, 'referent', 'founder s associate', 'founders associate'],
  ['intern', 'intern', 'internship', 'trainee', 'apprentice', 'working student', 'werkstudent', 'praktikant', 'azubi'],
  ['intern', 'auszubildende[rn]?', 'stagiaire', 'alternante?', 'apprentie?', 'becari[oa]', 'practicante'],

  [null, '(?:product|process|system|service|data|account|risk|control|project) owner'],
  ['owner', 'owner', 'inhaber', 'eigentumer', '[a-z]*gesellschafter', 'proprietaire', 'propietari[oa]', 'duen[oa]'],
  ['founder', '(?:co ?)?founder', '(?:mit)?grunder', '(?:co ?)?fondat(?:eur|rice)', '(?:co ?)?fundadora?'],
  ['c_level', `(?:${OFFICERS.join('|')})(?! (?:coach|advisor|office|services|search|network|community))`],
  // The head of the company in most countries. In American banks it is a rank, which nothing tells apart from it.
  ['c_level', 'managing director', 'general director', 'direct(?:or|ora|eur|rice) generale?', 'gerente general'],
  ['c_level', 'gesch(?:a|ae)fts(?:f(?:u|ue)hr(?:er|ung|ende[rs]?)|leit(?:er|ung))'],
  ['c_level', 'vorstand', 'vorstands(?:mitglied|vorsitzende[rn]?|sprecher)', 'pdg', 'gerante?'],
  ['c_level', '(?<!vice )pr[ae]e?sident(?:e|a)?', 'chair(?:man|woman|person)', 'consejer[oa] delegad[oa]'],
  ['partner', `${START}(?:[a-z]+ing |general |senior |equity )?partner(?= (?:/|and|at|bei|chez|in|of|und|et|y)|$)`],
  ['partner', `associee?${END}`, `soci[oa](?: director| directora)?${END}`],
  ['vp', '[aegrs]?vp', 'vi[cz]e ?pr[ae]e?sident(?:e|a)?'],
  ['entry', 'junior', 'jr', 'entry level', 'graduate', 'berufseinsteiger', 'debutante?'],
  ['manager', '(?:team|projekt|filial|schicht|bau|markt)leiter', 'cheff?e? de projet', 'jef[ea] de proyecto'],
  ['head', 'head(?! office)', '[a-z]*leiter', '[a-z]*leitung', 'cheff?e? (?:de|du|des)', 'jef[ea] de'],
  ['director', 'directora?', 'directeur', 'directrice', '[a-z]*direktor'],
  ['manager', '[a-z]*manager', 'mgr', 'supervisora?', 'team ?lead(?:er)?', 'gerente', 'responsable', 'encargad[oa]'],
  [null, 'lead (?:gen|generation|management)', 'senior living'],
  ['senior', 'senior[a-z]*', 'sr', 'lead', 'leitende[rs]?', 'principal [a-z]+'],
  ['senior', 'staff (?:[a-z]+ )?(?:engineer|developer|scientist|designer)'],
  ['entry', 'assistante?', 'clerk', 'sachbearbeiter'],
]

/** `in` makes a German title that of a woman. */
const PATTERNS = RULES.map(([level, ...words]) => ({
  level,
  pattern: new RegExp(String.raw`\b(?:${words.join('|')})(?:in)?\b`),
}))

/** Whom somebody works for: `Chief of Staff to the CEO`, `Directrice du cabinet du président`. */
const OF_SOMEBODY = new RegExp(
  String.raw`\b(?:to|for|of|du|au|del|al) (?:(?:the|our|group|deputy) )*(?:${OFFICERS.join('|')}|founders?|managing director|president|pdg|direct(?:eur|or) general)\b`,
  'g',
)

/** The level of a job title; null where no word of it tells. */
export function seniorityFromTitle(title: string): Seniority | null {
  const words = fold(title.slice(0, 200))
    .replaceAll('&', ' and ')
    .replace(/[,;|+/@()]|\s[-–—]\s/g, ' / ')
    .replace(/[^\p{L}\p{N}/]+/gu, ' ')
    .replace(OF_SOMEBODY, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return PATTERNS.find(({ pattern }) => pattern.test(words))?.level ?? null
}
