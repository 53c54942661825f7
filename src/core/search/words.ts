import { fold } from '../name.ts'
import { type Described, shown } from '../shown.ts'
import { isPlainAscii } from '../text.ts'

/** A character of a script that is written without spaces is a word of its own. */
const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[[\p{L}\p{N}]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]]+/gv

const PLAIN_WORD = /[a-z0-9]+/g

/** Postgres takes no word of more than 2,046 bytes. */
const LONGEST = 64
/** Fifty long tags beside everything else. */
const MOST = 1000

/** The words of `text` as they are searched: without case and accents, each once, in their order. */
export function wordsOf(text: string): string[] {
  const folded = fold(text.toWellFormed())
  // What has no other scripts is cut in a fifth of the time.
  const words = folded.match(isPlainAscii(folded) ? PLAIN_WORD : WORD) ?? []
  return [...new Set(words.map(shortened))].slice(0, MOST)
}

function shortened(word: string): string {
  return word.length <= LONGEST ? word : [...word].slice(0, LONGEST).join('')
}

/** What somebody is found by in a search. */
export interface Searchable extends Described {
  readonly email: string
  readonly tags: readonly string[]
  /** When it was written, UTC milliseconds: what others say is taken as of then. */
  readonly updatedAt: number
}

export function wordsOfContact(contact: Searchable): string[] {
  const { firstName, lastName, company, title } = shown(contact, contact.updatedAt)
  return wordsOf([firstName, lastName, company, title, contact.email, ...contact.tags].filter(Boolean).join(' '))
}

/** Below this a slip makes a word out of almost any other. */
const SHORTEST = 4
/** Longer ones would make thousands of others. */
const LONGEST_MISSPELT = 20

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
const DIGITS = '0123456789'

/**
 * Everything that is one slip of the finger away from `word`: a letter too many, too few, wrong, or
 * in its neighbour's place. Asking an index for a few hundred words is quicker than comparing with
 * every word that it holds, and needs no second index.
 */
export function slipsOf(word: string): string[] {
  const letters = [...word]
  if (letters.length < SHORTEST || letters.length > LONGEST_MISSPELT) return []
  const slips = new Set<string>()
  const others = /\d/.test(word) ? LETTERS + DIGITS : LETTERS
  const add = (...parts: readonly (readonly string[] | string)[]) => slips.add(parts.flat().join(''))
  for (let at = 0; at <= letters.length; at += 1) {
    const [before, here, after] = [letters.slice(0, at), letters.slice(at, at + 1), letters.slice(at + 1)]
    if (here.length > 0) add(before, after)
    if (after[0]) add(before, after[0], here, after.slice(1))
    for (const letter of others) {
      if (here.length > 0) add(before, letter, after)
      add(before, letter, here, after)
    }
  }
  slips.delete(word)
  return [...slips]
}
