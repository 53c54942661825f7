import { parseAddress } from './address.ts'
import { type PersonName, splitName } from './name.ts'

/** An address with the name before it, where there is one. */
export interface Mailbox extends PersonName {
  readonly email: string
}

/** Reads `Ada Lovelace <ada@example.com>`, or an address alone in any of the forms that `parseAddress` takes. */
export function parseMailbox(text: string): Mailbox | undefined {
  const email = parseAddress(text)
  if (!email) return undefined
  const name = cleanName(/^([^<]*)</.exec(text)?.[1] ?? '')
  return { email, ...splitName(name) }
}

/** One thing that looks like an address, and where it stands. */
export interface FoundMailbox {
  /** Counted from one. */
  readonly line: number
  /** As it was written. */
  readonly text: string
  /** Undefined where it only looks like an address, or where the line holds none. */
  readonly mailbox: Mailbox | undefined
}

/** Words and bracketed parts: matching only what holds an `@` would look at long text again and again. */
const WORD = /<[^<>\n]*>|[^\s<>,;|()"“”]+/g

/** What stands in text that people paste: one address a line or many, with names or without, separated by anything usual. */
export function* findMailboxes(text: string): Generator<FoundMailbox> {
  for (const [index, content] of text.split(/\r\n?|\n/).entries()) yield* inLine(content, index + 1)
}

function* inLine(content: string, line: number): Generator<FoundMailbox> {
  let isDone = content.trim() === ''
  let end = 0
  for (const { 0: word, index } of content.matchAll(WORD)) {
    const isBracketed = word.startsWith('<')
    if (!isBracketed && !word.includes('@')) continue
    const text = isBracketed ? withoutSeparators(content.slice(end, index)) + word : word
    yield { line, text: text.trim(), mailbox: parseMailbox(text) }
    end = index + word.length
    isDone = true
  }
  if (!isDone) yield { line, text: content.trim(), mailbox: undefined }
}

function withoutSeparators(text: string): string {
  return text.replace(/^[\s,;|]+/, '')
}

/** Without the quotes around it; what is an address itself is no name. */
function cleanName(text: string): string {
  const name = text.replace(/^[\s"'“”‘’]+|[\s"'“”‘’]+$/g, '')
  return name.includes('@') ? '' : name
}
