import { domainKey } from './address.ts'
import { InvalidInputError } from './errors.ts'
import { LIFECYCLE, type LifecycleStatus } from './lifecycle.ts'
import { contactIdsWhere } from './store/contacts.ts'
import type { Database } from './store/database.ts'

/** Which contacts are meant; of one key any of the values, of several keys all. */
export interface ContactFilter {
  readonly status: readonly LifecycleStatus[]
  readonly domain: readonly string[]
  readonly tag: readonly string[]
  readonly campaign: readonly string[]
  /** Slack user ids. */
  readonly owner: readonly string[]
}

const KEYS = ['status', 'domain', 'tag', 'campaign', 'owner'] as const

const WORD = /(?:([a-z]+):)?(?:"([^"]*)"|“([^”]*)”|(\S+))/giy

/**
 * Reads `status:new domain:acme.com campaign:"Spring launch"`. Throws `InvalidInputError` that
 * names what is not understood.
 */
export function parseFilter(text: string): ContactFilter {
  const filter: { [K in (typeof KEYS)[number]]: string[] } = {
    status: [],
    domain: [],
    tag: [],
    campaign: [],
    owner: [],
  }
  for (const [word, name, ...values] of text.trim().matchAll(new RegExp(`${WORD.source}\\s*`, 'giy'))) {
    const key = KEYS.find((known) => known === name?.toLowerCase())
    const value = values.find((given) => given !== undefined)?.trim() ?? ''
    if (!key) throw new InvalidInputError(`“${word.trim()}” is not a filter. ${HOW}`)
    if (!value) throw new InvalidInputError(`${key}: has no value. ${HOW}`)
    filter[key].push(...value.split(',').flatMap((one) => one.trim() || []))
  }
  const status = filter.status.map(statusOf)
  const empty = Object.values(filter).every((values) => values.length === 0)
  if (empty) throw new InvalidInputError(`Which contacts? ${HOW}`)
  return {
    status,
    domain: filter.domain.map((domain) => domainKey(domain.replace(/^@/, ''))),
    tag: filter.tag,
    campaign: filter.campaign,
    owner: filter.owner.map((owner) => /^<@([UW][A-Z0-9]+)(?:\|[^>]*)?>$/.exec(owner)?.[1] ?? owner),
  }
}

const HOW = 'Filters are status: domain: tag: campaign: owner:, such as campaign:"Spring launch" status:new'

/** True where `text` begins like a filter. */
export function isFilter(text: string): boolean {
  return new RegExp(`^(?:${KEYS.join('|')}):`, 'i').test(text.trim())
}

function statusOf(word: string): LifecycleStatus {
  const status = LIFECYCLE.find((known) => known === word.toLowerCase())
  if (!status) throw new InvalidInputError(`“${word}” is not a status: use ${LIFECYCLE.join(', ')}`)
  return status
}

const PAGE = 1000

/** The ids of the contacts that `filter` means, in their order; memory stays the same however many there are. */
export async function* filteredIds(database: Database, filter: ContactFilter): AsyncGenerator<number> {
  let after = 0
  for (;;) {
    const ids = await contactIdsWhere(database, filter, after, PAGE)
    yield* ids
    const last = ids.at(-1)
    if (last === undefined || ids.length < PAGE) return
    after = last
  }
}
