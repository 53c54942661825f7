import { isPlainAscii, oneLine } from './text.ts'

/** What names are found by: without case, accents and repeated spaces. `Élodie  Müller` is `elodie muller`. */
export function fold(text: string): string {
  // Most names are plain ASCII, which has one form, no marks, and is found in a tenth of the time.
  if (isPlainAscii(text)) return text.toLowerCase().replace(/ {2,}/g, ' ').trim()
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss').replace(/\s+/g, ' ').trim()
}

export function nameKeys(firstName: string | null, lastName: string | null) {
  const nameKey = keyOf([firstName, lastName].filter(Boolean).join(' ')) || null
  const surnameKey = keyOf(lastName ?? '') || null
  return { nameKey, surnameKey }
}

/** An index of Postgres takes 2,704 bytes; these are at most 1,800, and no name is so long. */
const LONGEST_KEY = 600

function keyOf(text: string): string {
  const key = fold(text)
  return key.length <= LONGEST_KEY ? key : key.slice(0, LONGEST_KEY).replace(/[\ud800-\udbff]$/, '')
}

/** Words that belong to the surname after them; only in lower case, since `Van Morrison` is a first name. */
const PARTICLES = new Set(
  'af al bin da de del della den der di do dos du el la le ten ter van von zu zum zur'.split(' '),
)

/** What follows a name: degrees, and which of several in a family somebody is. Without case and full stops. */
const SUFFIXES = new Set(
  `
  jr sr ii iii iv esq esquire mba emba phd dphil edd dba llm llb mph mfa msc bsc meng beng bba bcom mphil pharmd dds
  dvm psyd cpa cfa cfp pmp cissp csm shrm-cp shrm-scp phr sphr rn acca cima dipl-ing dipl-inf dipl-kfm
  dipl-phys ing pgdip csp
`
    .trim()
    .split(/\s+/),
)
/** Of these there are names, too. */
const SHORT_DEGREES = new Set(['MA', 'BA', 'MD', 'MS', 'BS', 'DO', 'BEd', 'MEd', 'Mag', 'PE', 'NP', 'ACA', 'JD'])

export interface PersonName {
  readonly firstName: string | null
  readonly lastName: string | null
}

const NAMELESS: PersonName = { firstName: null, lastName: null }

/**
 * A whole name in its two parts: `Ada Lovelace`, `Lovelace, Ada`, `Ludwig van Beethoven`. One word alone
 * is a first name. Degrees stay where they were written, behind the last name.
 */
export function splitName(name: string): PersonName {
  if (name === '') return NAMELESS
  const [beforeComma = '', ...parts] = name.split(',').map((part) => oneLine(part) ?? '')
  const isWhole = beforeComma.includes(' ')
  const suffixes = parts.filter((part) => isSuffix(part, isWhole))
  const afterComma = parts.find((part) => part !== '' && !suffixes.includes(part))
  const behind = (lastName: string) => [lastName, ...suffixes].filter(Boolean).join(', ') || null
  if (afterComma) return { firstName: afterComma, lastName: behind(beforeComma) }
  if (suffixes.length > 0 && !isWhole) return { firstName: null, lastName: behind(beforeComma) }
  const words = beforeComma.split(' ')
  const particle = words.findIndex((word, index) => index > 0 && PARTICLES.has(word))
  const end = words.findLastIndex((word) => !SUFFIXES.has(suffixKey(word)))
  const surname = particle > 0 && particle < words.length - 1 ? particle : Math.max(1, end)
  return {
    firstName: words.slice(0, surname).join(' ') || null,
    lastName: behind(words.slice(surname).join(' ')),
  }
}

/** `isWhole`: before the comma stands a name of several words, so that another part is no first name. */
function isSuffix(part: string, isWhole: boolean): boolean {
  const words = part.split(' ')
  return (
    part !== '' && words.every((word) => SUFFIXES.has(suffixKey(word)) || (isWhole && SHORT_DEGREES.has(bare(word))))
  )
}

function suffixKey(word: string): string {
  return bare(word).toLowerCase()
}

function bare(word: string): string {
  return word.replaceAll('.', '')
}
