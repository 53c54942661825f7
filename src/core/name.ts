import { isPlainAscii, oneLine } from './text.ts'

/** What names are found by: without case, accents and repeated spaces. `Élodie  Müller` is `elodie muller`. */
export function fold(text: string): string {
  // Most names are plain ASCII, which has one form, no marks, and is found in a tenth of the time.
  if (isPlainAscii(text)) return text.toLowerCase().replace(/ {2,}/g, ' ').trim()
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss').replace(/\s+/g, ' ').trim()
}

export function nameKeys(firstName: string | null, lastName: string | null) {
  const nameKey = fold([firstName, lastName].filter(Boolean).join(' ')) || null
  const surnameKey = fold(lastName ?? '') || null
  return { nameKey, surnameKey }
}

/** Words that belong to the surname after them; only in lower case, since `Van Morrison` is a first name. */
const PARTICLES = new Set(
  'af al bin da de del della den der di do dos du el la le ten ter van von zu zum zur'.split(' '),
)

export interface PersonName {
  readonly firstName: string | null
  readonly lastName: string | null
}

const NAMELESS: PersonName = { firstName: null, lastName: null }

/** A whole name in its two parts: `Ada Lovelace`, `Lovelace, Ada`, `Ludwig van Beethoven`. One word alone is a first name. */
export function splitName(name: string): PersonName {
  if (name === '') return NAMELESS
  const [beforeComma = '', afterComma = ''] = name.split(',', 2).map((part) => oneLine(part) ?? '')
  if (afterComma) return { firstName: afterComma, lastName: beforeComma || null }
  const words = beforeComma.split(' ')
  const particle = words.findIndex((word, index) => index > 0 && PARTICLES.has(word))
  const surname = particle > 0 && particle < words.length - 1 ? particle : Math.max(1, words.length - 1)
  return {
    firstName: words.slice(0, surname).join(' ') || null,
    lastName: words.slice(surname).join(' ') || null,
  }
}
