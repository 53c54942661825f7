import { distance } from 'fastest-levenshtein'

import { domainKey, domainOf, parseAddress } from './address.ts'
import { type CardEvent, cardEvent } from './contact-card.ts'
import { known } from './enrichment/claims.ts'
import { everyClaim } from './enrichment/flat.ts'
import { loadLists } from './enrichment/local/lists.ts'
import {
  byWeight,
  COMPARED_BY,
  SHARED_FIELDS,
  type SharedField,
  type SiblingValue,
  spelling,
} from './enrichment/local/siblings.ts'
import type { HotContact } from './hottest.ts'
import { scoreAt } from './score.ts'
import { shown } from './shown.ts'
import type { TallyCounts } from './statistics.ts'
import { companyEvents, companyPeople, companyTotals, domainsFrom, knownDomains } from './store/companies.ts'
import { type ContactRow, contactsById } from './store/contacts.ts'
import type { Database } from './store/database.ts'
import { type SiblingRow, siblings } from './store/enrichment.ts'
import { type Suppression, suppressionOf } from './suppression.ts'

/** Everybody of one domain, as they are together. */
export interface Company {
  readonly domain: string
  readonly facts: readonly CompanyFact[]
  /** How many there are, and how many of them must not be written to. */
  readonly people: number
  readonly suppressed: number
  /** Of all of them together. */
  readonly events: TallyCounts
  /** The first of them by score, also who must not be written to. */
  readonly hottest: readonly CompanyPerson[]
  /** What happened last with any of them, newest first. */
  readonly recent: readonly CompanyEvent[]
}

export interface CompanyPerson extends HotContact {
  readonly suppression: Suppression | null
}

export interface CompanyEvent {
  readonly person: Pick<CompanyPerson, 'email' | 'firstName' | 'lastName'>
  readonly event: CardEvent
}

/** What most of its contacts say of the company. */
export interface CompanyFact {
  readonly field: SharedField
  readonly value: string
  /** How many say so, of those who say anything. */
  readonly agreeing: number
  readonly of: number
  /** `user` where people entered it, or where else it comes from. */
  readonly sources: readonly string[]
}

export type CompanyResult =
  | { readonly kind: 'found'; readonly company: Company }
  /** A mail service, whose people have nothing in common. */
  | { readonly kind: 'public'; readonly domain: string }
  /** Nobody is there; these domains may have been meant, best first. */
  | { readonly kind: 'choose'; readonly domain: string; readonly domains: readonly string[] }
  | { readonly kind: 'none'; readonly domain: string }

const PEOPLE_SHOWN = 10
const EVENTS_SHOWN = 8
const DOMAINS_SHOWN = 5
/** How many contacts are asked about their company: the latest. */
const ASKED = 200
const CONSIDERED = 500

/** The company at a domain, which may be given as an address or a web address, as it is at `now` (UTC milliseconds). */
export async function companyOf(database: Database, text: string, now: number): Promise<CompanyResult> {
  const domain = domainIn(text)
  if ((await loadLists()).isPublic(domain)) return { kind: 'public', domain }
  const { people, suppressed, events } = await companyTotals(database, domain)
  if (people === 0) {
    const domains = await closest(database, domain)
    return domains.length > 0 ? { kind: 'choose', domain, domains } : { kind: 'none', domain }
  }
  const hottest = await companyPeople(database, domain, PEOPLE_SHOWN)
  return {
    kind: 'found',
    company: {
      domain,
      facts: agreed(await siblings(database, [domain], ASKED), now),
      people,
      suppressed,
      events: Object.fromEntries(events),
      hottest: hottest.map((row) => person(row, now)),
      recent: await recentOf(database, domain, now),
    },
  }
}

function domainIn(text: string): string {
  const address = parseAddress(text)
  if (address) return domainOf(address)
  const host = text
    .trim()
    .replace(/^(?:https?:\/\/)?(?:@|www\.)?/i, '')
    .replace(/[/?#].*$/s, '')
  return domainKey(host.replace(/\s+/g, ''))
}

function person(row: ContactRow, now: number): CompanyPerson {
  const { id, email, status, heat } = row
  return {
    id,
    email,
    status,
    ...shown(row, now),
    score: scoreAt(heat, now),
    suppression: suppressionOf(row.suppression),
  }
}

async function recentOf(database: Database, domain: string, now: number): Promise<CompanyEvent[]> {
  const rows = await companyEvents(database, domain, EVENTS_SHOWN)
  const ids = new Set(rows.map(({ contactId }) => contactId))
  const people = new Map((await contactsById(database, [...ids])).map((row) => [row.id, person(row, now)]))
  return rows.flatMap((row) => {
    const who = people.get(row.contactId)
    return who ? [{ person: who, event: cardEvent(row) }] : []
  })
}

interface Said extends SiblingValue {
  readonly source: string
}

function agreed(rows: readonly SiblingRow[], now: number): CompanyFact[] {
  const said = rows.flatMap((row) => saidBy(row, now))
  return SHARED_FIELDS.flatMap((field) => {
    const values = said.filter((one) => one.field === field)
    const groups = Map.groupBy(values, ({ value }) => COMPARED_BY[field](value))
    groups.delete('')
    const [best] = [...groups.values()].sort(byWeight)
    const value = best && spelling(best)
    if (!value) return []
    const sources = [...new Set(best.map(({ source }) => source))].sort()
    return [{ field, value, agreeing: best.length, of: values.length, sources }]
  })
}

/** What one contact says of the company. A guess, and what colleagues said before, would only confirm itself. */
function saidBy(row: SiblingRow, now: number): Said[] {
  const claims = everyClaim(row)
  return SHARED_FIELDS.flatMap((field): Said[] => {
    if (field === 'companyName' && row.company) return [{ field, value: row.company, entered: true, source: 'user' }]
    const fact = known(claims, field, now)
    if (!fact || fact.isGuess || fact.source === 'crm-sibling') return []
    return [{ field, value: fact.value, entered: false, source: fact.source }]
  })
}

/** The domains above this one, then those that begin like it or are a slip of the finger away. */
async function closest(database: Database, domain: string): Promise<string[]> {
  const labels = domain.split('.')
  const above = labels.slice(1, -1).map((_, index) => labels.slice(index + 1).join('.'))
  const slips = Math.max(1, Math.floor(domain.length / 5))
  const alike = domain.length < 3 ? [] : await domainsFrom(database, domain.slice(0, 3), CONSIDERED)
  const near = alike
    .map((name) => ({ name, far: name.startsWith(domain) ? 0 : distance(name, domain) }))
    .filter(({ far }) => far <= slips)
    .sort((a, b) => a.far - b.far || a.name.length - b.name.length || (a.name < b.name ? -1 : 1))
  const names = [...(await knownDomains(database, above)), ...near.map(({ name }) => name)]
  return [...new Set(names)].slice(0, DOMAINS_SHOWN)
}
