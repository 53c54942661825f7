import { addressKey, domainKey, parseAddress } from '../address.ts'
import { fold } from '../name.ts'
import type { Database } from '../store/database.ts'
import { type Beginning, foundByIds, idsBeginning, idsWithWords } from '../store/suggest.ts'
import { type FoundContact, foundContact } from './search.ts'
import { wordsOf } from './words.ts'

/** As many as people look over in a menu. */
export const MOST_SUGGESTED = 30
/** How many of each kind the best are chosen from. */
const CONSIDERED = 15
const CONSIDERED_BY_WORDS = 40
/** More than this nobody types to find somebody. */
const LONGEST = 200

/**
 * Whom somebody may mean who has typed `text` so far: by the beginning of a name, an address, a
 * domain, or of words of the name, the address, the company and the title. Those who have every word
 * as it stands come first, those with the title alone last, and of each the warmest. Every question
 * stops after a few contacts, so one letter costs no more than a whole name.
 */
export async function suggest(database: Database, text: string, now: number): Promise<FoundContact[]> {
  const typed = text
    .slice(0, LONGEST)
    .toWellFormed()
    .replace(/\p{Cc}/gu, ' ')
    .trim()
  const words = wordsOf(typed)
  const named = new Set(await idsBeginning(database, beginningsOf(typed), CONSIDERED))
  // An address is somebody's, whatever else its words are in.
  const isAddress = named.size > 0 && parseAddress(typed) !== undefined
  const worded = isAddress ? [] : await idsWithWords(database, words, CONSIDERED_BY_WORDS)
  const rows = await foundByIds(database, [...new Set([...named, ...worded])])
  return rows
    .map((row) => ({ contact: foundContact(row, now), heat: row.heat }))
    .map(({ contact, heat }) => ({ contact, heat, rank: rankOf(contact, words, named.has(contact.id)) }))
    .filter(({ rank }) => rank !== 'unseen')
    .sort((a, b) => RANKS.indexOf(a.rank) - RANKS.indexOf(b.rank) || b.heat - a.heat || b.contact.id - a.contact.id)
    .slice(0, MOST_SUGGESTED)
    .map(({ contact }) => contact)
}

/** Best first. A tag is not shown beside a suggestion, which would come out of nowhere. */
const RANKS = ['whole', 'beginning', 'title', 'unseen'] as const

function rankOf(contact: FoundContact, words: readonly string[], isNamed: boolean): (typeof RANKS)[number] {
  const { firstName, lastName, company, title, email } = contact
  const own = wordsOf([firstName, lastName, company, email].filter(Boolean).join(' '))
  const begins = (some: readonly string[]) => words.every((word) => some.some((other) => other.startsWith(word)))
  if (words.every((word) => own.includes(word))) return 'whole'
  if (isNamed || begins(own)) return 'beginning'
  return begins([...own, ...wordsOf(title ?? '')]) ? 'title' : 'unseen'
}

function beginningsOf(typed: string): Beginning[] {
  const address = parseAddress(typed)
  if (address) return [{ of: 'address', is: addressKey(address) }]
  const name = fold(typed.replaceAll(',', ' '))
  const turned = name.split(' ').toReversed().join(' ')
  const one = /^\S+$/.test(typed) ? typed.normalize('NFC').toLowerCase() : ''
  const domain = domainKey(/^@?([^@]+)$/.exec(one.replace(/^(?:https?:\/\/)?(?:www\.)?/, ''))?.[1] ?? '')
  const all: readonly Beginning[] = [
    { of: 'name', is: name },
    { of: 'name', is: turned === name ? '' : turned },
    { of: 'surname', is: name },
    { of: 'address', is: one },
    { of: 'domain', is: domain },
  ]
  return all.filter(({ is }) => is !== '')
}
