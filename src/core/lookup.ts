import { distance } from 'fastest-levenshtein'

import { addressKey, domainKey, domainOf, parseAddress } from './address.ts'
import { cardOf, type LookupResult, type NearMiss } from './contact-card.ts'
import { fold } from './name.ts'
import { NO_FILTER } from './search/filter.ts'
import { searchContacts } from './search/search.ts'
import { wordsOf } from './search/words.ts'
import { shown } from './shown.ts'
import {
  type ContactKey,
  type ContactRow,
  contactByAddress,
  contactsByAddressPrefix,
  contactsByDomain,
  contactsById,
  contactsByName,
  keysAtDomain,
  keysStarting,
} from './store/contacts.ts'
import type { Database } from './store/database.ts'

const SHOWN = 5
/** How many contacts a near miss is chosen from: enough to be useful, few enough to be quick. */
const CONSIDERED = 200
const DOMAIN = /^(?:@|https?:\/\/)?(?:www\.)?([\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+)\/?$/u

/** Finds whom `who` means at `now` (UTC milliseconds): an address in any of the pasted forms, a name, or a domain. */
export async function lookup(database: Database, who: string, now: number): Promise<LookupResult> {
  const address = parseAddress(who)
  if (address) return await byAddress(database, address, now)
  const domain = DOMAIN.exec(who.trim())?.[1]
  const byDomain = domain ? await contactsByDomain(database, domainKey(domain), SHOWN) : []
  const matches = byDomain.length > 0 ? byDomain : await byName(database, who)
  const [only, second] = matches
  if (!only) return await inOtherWords(database, who, now)
  if (!second) return { kind: 'found', card: await cardOf(database, only, now) }
  return { kind: 'choose', exact: true, address: null, matches: matches.map((row) => nearMiss(row, now)) }
}

async function byAddress(database: Database, address: string, now: number): Promise<LookupResult> {
  const contact = await contactByAddress(database, address)
  if (contact) return { kind: 'found', card: await cardOf(database, contact, now) }
  const matches = await closeTo(database, address)
  if (matches.length === 0) return { kind: 'none', address }
  return { kind: 'choose', exact: false, address, matches: matches.map((row) => nearMiss(row, now)) }
}

/** `ada`, `ada lovelace`, `lovelace` and `lovelace, ada` all find her; so does the start of her address. */
async function byName(database: Database, who: string): Promise<ContactRow[]> {
  const name = fold(who.replaceAll(',', ' '))
  if (name === '') return []
  const turned = name.split(' ').toReversed().join(' ')
  const rows = [
    ...(await contactsByName(database, name, SHOWN)),
    ...(turned === name ? [] : await contactsByName(database, turned, SHOWN)),
    ...(await contactsByAddressPrefix(database, name, SHOWN)),
  ]
  return [...new Map(rows.map((row) => [row.id, row])).values()].slice(0, SHOWN)
}

/** Whom a search offers for the same words: never taken for who was meant, since nobody is called so. */
async function inOtherWords(database: Database, who: string, now: number): Promise<LookupResult> {
  const words = wordsOf(who)
  if (words.length === 0) return { kind: 'none', address: null }
  const { contacts, next } = await searchContacts(database, { words, filter: NO_FILTER }, { limit: SHOWN, now })
  // A word that many share names none of them.
  if (contacts.length === 0 || next !== null) return { kind: 'none', address: null }
  return { kind: 'choose', exact: false, address: null, matches: contacts }
}

/** Contacts whose address is a slip of the finger away, then colleagues with a similar name before the @. */
async function closeTo(database: Database, address: string): Promise<ContactRow[]> {
  const key = addressKey(address)
  const local = localPart(key)
  const candidates = new Map<number, ContactKey>()
  for (const row of await keysAtDomain(database, domainOf(address), CONSIDERED)) candidates.set(row.id, row)
  for (const row of await keysStarting(database, `${local}@`, CONSIDERED)) candidates.set(row.id, row)
  for (const row of await keysStarting(database, key.slice(0, 3), CONSIDERED)) candidates.set(row.id, row)
  const closest = [...candidates.values()]
    .map((row) => ({ row, far: distance(row.emailKey, key) }))
    .filter(({ row, far }) => far <= 3 || distance(localPart(row.emailKey), local) <= 1)
    .sort((a, b) => a.far - b.far || a.row.id - b.row.id)
    .slice(0, SHOWN)
    .map(({ row }) => row.id)
  const rows = new Map((await contactsById(database, closest)).map((row) => [row.id, row]))
  return closest.flatMap((id) => rows.get(id) ?? [])
}

function localPart(key: string): string {
  return key.slice(0, key.lastIndexOf('@'))
}

function nearMiss(row: ContactRow, now: number): NearMiss {
  const { firstName, lastName, company } = shown(row, now)
  return { id: row.id, email: row.email, status: row.status, firstName, lastName, company }
}
