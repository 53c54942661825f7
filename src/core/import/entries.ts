import { InvalidInputError } from '../errors.ts'

/** One entry of an object: `JSON.parse` has read it, and nobody has looked at it. */
export interface JsonEntry {
  /** Counted from one. */
  readonly number: number
  readonly key: string
  readonly value: unknown
}

/** In characters: a contact with a history of many years. */
const MAX_ENTRY = 32_000_000

/**
 * The entries of the one object that `text` holds, however many they are: only one at a time is in
 * memory. Throws `InvalidInputError` where it is not JSON, or ends in the middle, with the entry.
 */
export async function* entriesOf(name: string, text: AsyncIterable<string>): AsyncGenerator<JsonEntry> {
  const splitter = new Splitter()
  let number = 0
  for await (const piece of text) {
    for (const written of splitter.split(piece)) {
      number += 1
      // An object without entries is what an empty CRM exports, and no mistake.
      if (splitter.isWhole && number === 1 && written.trim() === '') continue
      const [entry, ...others] = parsed(written)
      if (!entry || others.length > 0) throw new InvalidInputError(broken('a key and a value are missing'))
      yield { number, key: entry[0], value: entry[1] }
    }
    if (splitter.pending > MAX_ENTRY) throw new InvalidInputError(broken('it is larger than 32 MB'))
    if (splitter.goesOn) throw new InvalidInputError(`${name} goes on after the end of its object. ${AGAIN}`)
  }
  if (!splitter.isWhole) {
    throw new InvalidInputError(
      `${name} cannot be read as JSON: it ends in the middle of entry ${number + 1}. ${AGAIN}`,
    )
  }

  function parsed(written: string): [key: string, value: unknown][] {
    try {
      const object: unknown = JSON.parse(`{${written}}`)
      return typeof object === 'object' && object !== null ? Object.entries(object) : []
    } catch (error) {
      throw new InvalidInputError(broken(error instanceof Error ? error.message : String(error)), { cause: error })
    }
  }

  function broken(detail: string): string {
    return `${name} cannot be read as JSON from entry ${number} on: ${detail}. ${AGAIN}`
  }
}

const AGAIN = 'Export it again, or save the people as CSV.'

const [QUOTE, BACKSLASH, COMMA, OPEN, OPEN_LIST, CLOSE, CLOSE_LIST] = [0x22, 0x5c, 0x2c, 0x7b, 0x5b, 0x7d, 0x5d]

/** Cuts an object at the commas between its entries. What stands between them is for `JSON.parse` to judge. */
class Splitter {
  #rest = ''
  /** Of `#rest` so much was looked at. */
  #looked = 0
  #depth = 0
  #isInString = false
  #isEscaped = false
  #isOver = false

  /** How much of an entry is kept until the rest of it comes. */
  get pending(): number {
    return this.#rest.length
  }

  get isWhole(): boolean {
    return this.#isOver
  }

  /** Something follows the object. */
  get goesOn(): boolean {
    return this.#isOver && this.#rest.trim() !== ''
  }

  split(piece: string): string[] {
    const text = this.#rest + piece
    const entries: string[] = []
    let start = 0
    let at = this.#looked
    for (; at < text.length && !this.#isOver; at += 1) {
      const sign = text.charCodeAt(at)
      if (this.#isInString) {
        if (this.#isEscaped) this.#isEscaped = false
        else if (sign === BACKSLASH) this.#isEscaped = true
        else if (sign === QUOTE) this.#isInString = false
      } else if (sign === QUOTE) {
        this.#isInString = true
      } else if (sign === OPEN || sign === OPEN_LIST) {
        this.#depth += 1
        if (this.#depth === 1) start = at + 1
      } else if (sign === CLOSE || sign === CLOSE_LIST) {
        this.#depth -= 1
        this.#isOver = this.#depth <= 0
        // A bracket that closes something else is left for the parser to refuse.
        if (this.#isOver) start = take(sign === CLOSE ? at : at + 1, at + 1)
      } else if (sign === COMMA && this.#depth === 1) {
        start = take(at, at + 1)
      }
    }
    this.#rest = text.slice(start)
    this.#looked = at - start
    return entries

    function take(end: number, next: number): number {
      entries.push(text.slice(start, end))
      return next
    }
  }
}
