import { domainKey } from '../address.ts'
import { e164 } from '../phone.ts'
import { oneLine } from '../text.ts'
import { COMPANY_SIZES, type CompanySize, FIELDS, type Field, SENIORITIES, type Seniority } from './fields.ts'
import type { Fields, Told } from './provider.ts'

const LONGEST = 200
const NOTHING = /^(?:n\/?a|none|null|undefined|unknown|not available|true|false|-+|\?+|\.+)$/i

/** Text as one line; null for what only stands in place of a value: `N/A`, `-`, a boolean, a number. */
export function textOf(value: unknown): string | null {
  const line = typeof value === 'string' ? (oneLine(value) ?? '') : ''
  const text = [...line].slice(0, LONGEST).join('').trim()
  return text === '' || NOTHING.test(text) ? null : text
}

/** A provider's word for why, in lower case with underscores, as in the detail of an `EmailVerdict`. */
export function reasonOf(value: unknown): string | null {
  const words = textOf(value)
    ?.toLowerCase()
    .match(/[\p{L}\p{M}\p{N}]+/gu)
  return textOf(words?.join(' '))?.replaceAll(' ', '_') ?? null
}

/** An address that stands for one that is not told (enrichment sheet, section 2.3). */
const PLACEHOLDER = /^email_not_unlocked@|@domain\.com$/i

/** An address as the answer writes it; null where there is none or only a placeholder. */
export function emailOf(value: unknown): string | null {
  const text = textOf(value)
  return text === null || !text.includes('@') || PLACEHOLDER.test(text) ? null : text
}

/** `https://www.brightforge.example/about` and `WWW.Brightforge.example` are `brightforge.example`. */
export function domainIn(value: unknown): string | null {
  const text = textOf(value)
  if (text === null) return null
  const url = URL.parse(/^[a-z]+:\/\//i.test(text) ? text : `https://${text}`)
  const host = url?.hostname.replace(/^www\.|\.$/g, '') ?? ''
  return host.includes('.') ? domainKey(host) : null
}

/** The profile of a person, however it is written, as `https://www.linkedin.com/in/<slug>`. */
export function linkedinOf(value: unknown): string | null {
  const slug = /(?:^|\blinkedin\.com\/)(?:in|pub)\/([^/?#\s]+)/i.exec(textOf(value) ?? '')?.[1]
  return slug ? `https://www.linkedin.com/in/${slug.toLowerCase()}` : null
}

/** A number in E.164; numbers without a country code are read as of `country` (ISO 3166, two letters). */
export function phoneOf(value: unknown, country?: string): string | null {
  const text = textOf(value)
  return text === null ? null : e164(text, country)
}

/** The band of a number of people, or of a range such as `200-499`, `10001+`, `1K-5K`, `1,001-5,000 employees`. */
export function companySizeOf(value: unknown): CompanySize | null {
  const count = typeof value === 'number' ? value : leastIn(textOf(value))
  if (!Number.isFinite(count) || count < 1) return null
  const index = COMPANY_SIZES.findLastIndex((band) => count >= Number.parseInt(band, 10))
  return COMPANY_SIZES[index] ?? null
}

/** A range is as large as its middle, since other vendors cut elsewhere: `10-49` is `11-50`, `200-499` is `201-500`. */
function leastIn(text: string | null): number {
  const numbers = [...(text ?? '').matchAll(/(\d+(?:[.,\s]\d{3})*)\s?(k\b)?/gi)].map(
    ([, digits = '', thousands]) => Number(digits.replace(/\D/g, '')) * (thousands ? 1000 : 1),
  )
  const [least = Number.NaN, most] = numbers
  if (most !== undefined) return Math.ceil((least + most) / 2)
  return /\+|more|over|>/.test(text ?? '') ? least + 1 : least
}

/** What vendors call the levels (enrichment sheet, sections 1, 2.2, 4.1, 4.2). */
const LEVELS: Readonly<Record<string, Seniority>> = {
  c_suite: 'c_level',
  cxo: 'c_level',
  executive: 'c_level',
  c: 'c_level',
  co_founder: 'founder',
  cofounder: 'founder',
  vice_president: 'vp',
  junior: 'entry',
  training: 'intern',
  trainee: 'intern',
  unpaid: 'intern',
}

/** One of our levels; null for any other word. */
export function seniorityOf(value: unknown): Seniority | null {
  const word =
    textOf(value)
      ?.toLowerCase()
      .replace(/[\s-]+/g, '_') ?? ''
  const level = LEVELS[word] ?? word
  return SENIORITIES.find((known) => known === level) ?? null
}

/** The parts that are there, as in `Leeds, England, United Kingdom`. */
export function placeOf(...parts: readonly unknown[]): string | null {
  const named = parts.flatMap((part) => textOf(part) ?? [])
  return named.length > 0 ? [...new Set(named)].join(', ') : null
}

/** The fields of which something is told, in the form that a `Person` wants them. */
export function told(values: Readonly<Partial<Record<Field, string | Told | null>>>): Fields {
  const given: { [F in Field]?: Told } = {}
  for (const field of FIELDS) {
    const value = values[field]
    if (value) given[field] = typeof value === 'string' ? { value } : value
  }
  return given
}

/** The same fields, believed so far. */
export function withConfidence(fields: Fields, confidence: number): Fields {
  return told(Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, { ...value, confidence }])))
}
