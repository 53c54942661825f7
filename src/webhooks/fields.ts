import { InvalidInputError } from '../core/errors.ts'
import type { Bounce } from '../core/event.ts'

/** A JSON object from outside. Every getter below takes whatever it finds and answers null for what it cannot use. */
export type Fields = Readonly<Record<string, unknown>>

const NONE: Fields = {}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `value`, or an object without fields: providers send null, lists and strings where an object was promised. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : NONE
}

export function requireFields(value: unknown): Fields {
  if (!isFields(value)) throw new InvalidInputError('a part is not a JSON object')
  return value
}

export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value
  return typeof value === 'number' ? String(value) : null
}

/** The first of `names` that holds a text. */
export function firstText(fields: Fields, names: readonly string[]): string | null {
  for (const name of names) {
    const text = textOf(fields[name])
    if (text !== null) return text
  }
  return null
}

/** Those of `names` that say something: neither null nor an empty text. */
export function picked(fields: Fields, names: readonly string[]): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  for (const name of names) {
    const value = fields[name]
    if (value !== undefined && value !== null && value !== '') found[name] = value
  }
  return found
}

export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  return value === undefined || value === null ? [] : [value]
}

/** A text, or a list of texts, as a list. */
export function textsOf(value: unknown): readonly string[] {
  return listOf(value)
    .map(textOf)
    .filter((text) => text !== null)
}

export function booleanOf(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null
}

/** What `table` holds under a name from outside, which may be `constructor`. */
export function lookUp<T>(table: Readonly<Record<string, T>>, name: string | null): T | undefined {
  return name !== null && Object.hasOwn(table, name) ? table[name] : undefined
}

/** A message id as everything else compares it: `<a@b>` is `a@b`. */
export function messageIdOf(value: unknown): string | null {
  const text = textOf(value)?.trim()
  return text ? text.replace(/^<(.*)>$/s, '$1') : null
}

const SMTP_REPLY = /^(?:smtp;\s*)?([245]\d\d)\b/i
const ENHANCED_CODE = /\b([245]\.\d{1,3}\.\d{1,3})\b/

/** `550` from `550 5.1.1 no such user`. */
export function smtpCodeIn(text: string | null): string | null {
  return (text && SMTP_REPLY.exec(text)?.[1]) ?? null
}

/** `5.1.1` from `550 5.1.1 no such user`. */
export function enhancedCodeIn(text: string | null): string | null {
  return (text && ENHANCED_CODE.exec(text)?.[1]) ?? null
}

/** What `reason`, in the words of the other side's server, says of a bounce. */
export function bounceFrom(reason: string | null, providerClass: string | null = null): Bounce {
  return { smtpCode: smtpCodeIn(reason), enhancedCode: enhancedCodeIn(reason), reason, providerClass }
}
