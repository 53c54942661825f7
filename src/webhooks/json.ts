import { InvalidInputError } from '../core/errors.ts'
import { PROTOTYPE_KEYS, storable } from './storable.ts'

const MAX_DEPTH = 64
/** Fewer digits than this cannot exceed 2^53. */
const UNSAFE_DIGITS = 16

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d]
const [ZERO, NINE, UPPER_E, LOWER_E, LOWER_U] = [0x30, 0x39, 0x45, 0x65, 0x75]

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * JSON from outside as values that can be stored: integers beyond 2^53 stay the digits they are
 * (Mailjet's message ids), so does a number that would become Infinity (1e999), every string is well-formed, no key reaches a prototype.
 */
export function parseJson(bytes: Uint8Array): unknown {
  const { deepest, bigNumbers, escapes } = survey(bytes)
  // Before parsing: whatever walks the value later, a database's own JSON writer too, recurses.
  if (deepest > MAX_DEPTH) throw new InvalidInputError(`the JSON is nested more than ${MAX_DEPTH} levels deep`)

  const text = utf8.decode(bytes)
  const value: unknown = bigNumbers ? JSON.parse(text, keepDigits) : JSON.parse(text)
  // Only escapes can bring in what valid UTF-8 cannot hold; a clean batch pays for neither search.
  return escapes || PROTOTYPE_KEYS.some((key) => text.includes(key)) ? storable(value) : value
}

/** The JSON that somebody wrote into a text field, or undefined: custom data travels as text through many tools. */
export function jsonIn(text: string | null): unknown {
  try {
    return text === null ? undefined : parseJson(Buffer.from(text))
  } catch {
    return undefined
  }
}

interface Survey {
  readonly deepest: number
  /** There may be a number that a double cannot hold. */
  readonly bigNumbers: boolean
  /** There is a `\u` escape. */
  readonly escapes: boolean
}

/** One pass over the bytes, for what is cheaper to know before they are parsed. */
function survey(bytes: Uint8Array): Survey {
  let depth = 0
  let deepest = 0
  let digits = 0
  let bigNumbers = false
  let escapes = false
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i]
    if (byte === QUOTE) {
      i += 1
      while (i < bytes.length && bytes[i] !== QUOTE) {
        if (bytes[i] === BACKSLASH) {
          i += 1
          if (bytes[i] === LOWER_U) escapes = true
        }
        i += 1
      }
      digits = 0
    } else if (byte !== undefined && byte >= ZERO && byte <= NINE) {
      digits += 1
      if (digits === UNSAFE_DIGITS) bigNumbers = true
    } else {
      if (digits > 0 && (byte === LOWER_E || byte === UPPER_E)) bigNumbers = true
      digits = 0
      if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
        depth += 1
        if (depth > deepest) deepest = depth
      } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth -= 1
    }
  }
  return { deepest, bigNumbers, escapes }
}

/** TypeScript's library does not name the reviver's third argument yet; V8 passes it. */
function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  if (!Number.isFinite(value)) return context?.source ?? String(value)
  return context?.source && /^-?\d+$/.test(context.source) ? context.source : value
}
