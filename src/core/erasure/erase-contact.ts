import { isAddress } from '../address.ts'
import { leaveRollUps } from '../alerts/plan.ts'
import { enrichJobId } from '../enrichment/jobs.ts'
import { ConfigError, InvalidInputError } from '../errors.ts'
import { countedEvent, uncountContact } from '../ingest.ts'
import { linkOf } from '../link.ts'
import { insertChange } from '../store/changes.ts'
import { type ContactRow, contactByAddress, contactById, holdContactsById } from '../store/contacts.ts'
import type { Database } from '../store/database.ts'
import {
  type Belongings,
  belongingsOf,
  blankChanges,
  blankExportsAbout,
  blankMessagesAbout,
  type ClickedLink,
  deleteContact,
  deleteEmptyGroups,
  deleteJobsAbout,
  deleteOwnLinks,
  erasedRow,
  erasureState,
  erasuresSince,
  insertErased,
  type KeptAbout,
  keptAbout,
  takePosts,
} from '../store/erasure.ts'
import { eventOf, eventsOf } from '../store/events.ts'
import { forgetInImports } from '../store/imports.ts'
import { enqueue } from '../store/jobs.ts'
import { release } from '../store/quarantine.ts'
import { RollUps } from '../store/roll-ups.ts'
import type { DayOf } from '../time.ts'
import { keyMark } from './key.ts'
import { forgetPostsJobs } from './posts.ts'
import { TOUCHED } from './tables.ts'

export interface EraseOptions {
  /** A Slack user id, or `COMMAND_LINE`. */
  readonly by: string
  /** UTC milliseconds. */
  readonly now: number
  readonly dayOf: DayOf
  /** How many people may be erased within an hour, whoever asks; unlimited without. */
  readonly mostAnHour?: number
}

/** Stands in the history for whoever runs the server. */
export const COMMAND_LINE = 'command line'

export interface Erasure extends Belongings {
  /** False where nobody with the address was in the CRM; then it is only kept out. */
  readonly wasContact: boolean
  /** False where the address was erased before. */
  readonly isNew: boolean
  /** Parts in quarantine that named the address. */
  readonly kept: number
  /** Messages in Slack that a job changes now. */
  readonly posts: number
}

export interface Scrubbed {
  /** False where the files could not be cleared of it yet. */
  readonly filesCleared: boolean
}

const HOUR_MS = 60 * 60_000

/**
 * Erases whoever is behind `address`, and keeps them out from here on: all of it or nothing. The
 * messages about them are changed by jobs that are queued with it.
 */
export async function eraseContact(
  database: Database,
  address: string,
  options: EraseOptions,
): Promise<Erasure & Scrubbed> {
  const erasure = await eraseWithoutScrub(database, address, options)
  return { ...erasure, filesCleared: await scrub(database) }
}

/** For erasing many, after which `scrub` has to follow once. */
export async function eraseWithoutScrub(
  database: Database,
  address: string,
  { by, now, dayOf, mostAnHour }: EraseOptions,
): Promise<Erasure> {
  if (!isAddress(address)) throw new InvalidInputError('That is not an e-mail address.')
  const key = database.erasureKey.needed()
  // Before the transaction, which others wait for; inside it only what came since.
  const before = await keptAbout(database, address)
  return await database.transaction(async (tx) => {
    await holdErasure(tx, key)
    if (mostAnHour !== undefined) await keepToRate(tx, mostAnHour, now)
    const row = await contactByAddress(tx, address)
    const since = await keptAbout(tx, address, before.upTo)
    const kept = [...before.found, ...since.found]
    const rollUps = new RollUps()
    await releaseAll(tx, kept, rollUps, dayOf)
    const ofContact = row ? await eraseRow(tx, row, { rollUps, by, now, dayOf }) : NOTHING
    await rollUps.save(tx)
    await deleteEmptyGroups(tx)
    await deleteJobsAbout(tx, address, row ? [enrichJobId(row.id)] : [])
    await blankMessagesAbout(tx, address)
    await forgetInImports(tx, address, now)
    await blankExportsAbout(tx, address)
    const added = await insertErased(tx, [erasedRow(key, address, now, 'requested')], keyMark(key))
    await insertChange(tx, {
      ...{ contactId: row?.id ?? 0, at: now, actor: by, action: 'erase' },
      ...{ before: {}, after: {}, undoes: null },
    })
    return { ...ofContact, wasContact: row !== undefined, isNew: added > 0, kept: kept.length }
  })
}

/** `atAnySize` also where nobody can write for more than a few seconds meanwhile. */
export async function scrub(database: Database, { atAnySize = false } = {}): Promise<boolean> {
  return await database.scrub(TOUCHED, { atAnySize })
}

/** From here on nobody else is erased or let in until the transaction ends. Throws `ConfigError` for another key. */
export async function holdErasure(tx: Database, key: string): Promise<void> {
  const state = await erasureState(tx, { hold: true })
  if (state.keyMark !== null && state.keyMark !== keyMark(key)) throw new ConfigError(ANOTHER_KEY)
}

export const ANOTHER_KEY =
  'The erasure key is not the one that people were erased with, so they cannot be recognised. Bring the right one back: as CRM_ERASURE_KEY, or as the .key file beside the database.'

async function keepToRate(tx: Database, mostAnHour: number, now: number): Promise<void> {
  if ((await erasuresSince(tx, now - HOUR_MS, COMMAND_LINE)) < mostAnHour) return
  throw new InvalidInputError(
    `${mostAnHour} people were erased within the last hour, which is as many as can be from Slack, in case somebody else is at your keyboard. Wait, or ask whoever runs the server: crm forget <address>`,
  )
}

const NOTHING = { events: 0, notes: 0, posts: 0 }

async function eraseRow(
  tx: Database,
  { id, email, createdAt }: ContactRow,
  { rollUps, now, by, dayOf }: EraseOptions & { readonly rollUps: RollUps },
) {
  const [held] = await holdContactsById(tx, [id])
  if (!held) throw new Error('a contact that was just read is gone')
  const belongings = await belongingsOf(tx, id)
  const posts = await takePosts(tx, id)
  await enqueue(tx, forgetPostsJobs(posts, by), now)
  await leaveRollUps(tx, id, now)
  await deleteOwnLinks(tx, await linksOf(tx, id, email, dayOf))
  await blankChanges(tx, id)
  await deleteContact(tx, id)
  uncountContact(rollUps, held.state, dayOf(createdAt))
  return { ...belongings, posts: posts.length }
}

/** The links that the contact clicked, and how many of those clicks are counted: a machine's are not. */
async function linksOf(tx: Database, id: number, email: string, dayOf: DayOf): Promise<ClickedLink[]> {
  const links = new Map<string, ClickedLink>()
  for (const row of await eventsOf(tx, [id])) {
    const event = eventOf(row, email)
    const { campaign, link: counted } = countedEvent(event, dayOf)
    const link = event.type === 'clicked' && event.url !== null ? linkOf(event.url) : null
    if (link === null || campaign === '') continue
    const key = JSON.stringify([campaign, link])
    links.set(key, { campaign, link, clicks: (links.get(key)?.clicks ?? 0) + (counted === '' ? 0 : 1) })
  }
  return [...links.values()]
}

async function releaseAll(tx: Database, kept: readonly KeptAbout[], rollUps: RollUps, dayOf: DayOf): Promise<void> {
  for (const { id, provider, receivedAt } of kept) {
    await release(tx, id)
    rollUps.countSource({ provider, day: dayOf(receivedAt), outcome: 'quarantined' }, receivedAt, -1)
  }
}

/** What somebody should know before they erase. */
export interface ErasurePreview extends Belongings {
  readonly email: string
  /** Null where nobody with the address is in the CRM. */
  readonly contact: Pick<ContactRow, 'id' | 'firstName' | 'lastName' | 'company'> | null
}

/** Undefined where there is no contact with the id. */
export async function previewErasure(database: Database, who: number | string): Promise<ErasurePreview | undefined> {
  const row = typeof who === 'number' ? await contactById(database, who) : await contactByAddress(database, who)
  if (row) return { email: row.email, contact: row, ...(await belongingsOf(database, row.id)) }
  return typeof who === 'number' ? undefined : { email: who, contact: null, events: 0, notes: 0 }
}
