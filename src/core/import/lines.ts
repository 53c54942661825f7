import { InvalidInputError } from '../errors.ts'
import { type FoundMailbox, findMailboxes } from '../mailbox.ts'

/** In characters; one address is never so long. */
const LONGEST = 64 * 1024
const SEPARATOR = /[\s,;|]/

/** What stands in text in any form, however long it is and its lines are. */
export async function* mailboxesOf(name: string, text: AsyncIterable<string>): AsyncGenerator<FoundMailbox> {
  let rest = ''
  let before = 0
  for await (const piece of text) {
    rest += piece
    const end = lastBreak(rest)
    if (end > 0) {
      yield* numbered(rest.slice(0, end))
      before += breaksIn(rest.slice(0, end))
      rest = rest.slice(end)
    }
    if (rest.length > LONGEST) {
      const cut = afterAnAddress(rest)
      if (cut === undefined) throw new InvalidInputError(endless(name, before + 1))
      yield* numbered(rest.slice(0, cut))
      rest = rest.slice(cut)
    }
  }
  yield* numbered(rest)

  function* numbered(lines: string): Generator<FoundMailbox> {
    for (const found of findMailboxes(lines)) yield { ...found, line: found.line + before }
  }
}

/** After the last line that is whole; a carriage return at the end may be half of its break. */
function lastBreak(text: string): number {
  const end = text.endsWith('\r') ? text.length - 1 : text.length
  return Math.max(text.lastIndexOf('\n', end - 1), text.lastIndexOf('\r', end - 1)) + 1
}

function breaksIn(text: string): number {
  return text.match(/\r\n?|\n/g)?.length ?? 0
}

/** In a line of many addresses, where one ends and another follows. */
function afterAnAddress(line: string): number | undefined {
  const last = line.lastIndexOf('@')
  const before = last > 0 ? line.lastIndexOf('@', last - 1) : -1
  if (before < 0) return undefined
  const end = line.slice(before, last).search(SEPARATOR)
  return end < 0 ? undefined : before + end + 1
}

function endless(name: string, line: number): string {
  return `Line ${line} of ${name} is longer than 64,000 characters without an address. Give each person a line, and import it again.`
}
