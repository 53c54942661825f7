import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { addContact } from '../../src/core/add-contact.ts'
import { changeTags, setStatus, undo } from '../../src/core/changes/change-contact.ts'
import type { EngagementEvent } from '../../src/core/event.ts'
import { importContacts } from '../../src/core/import-contacts.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import { fromInterchange } from '../../src/core/read-interchange.ts'
import { groupStatistics, statsChoices } from '../../src/core/statistics.ts'
import { contactByAddress, contactsAfter } from '../../src/core/store/contacts.ts'
import type { Database } from '../../src/core/store/database.ts'
import { sql } from '../../src/core/store/drizzle.ts'
import { createDayOf } from '../../src/core/time.ts'
import { databases } from '../support/databases.ts'
import { aDelivery, anEvent } from '../support/events.ts'

const dayOf = createDayOf('UTC')
const NOW = Date.parse('2026-03-10T12:00:00Z')
const TODAY = '2026-03-10'
const spring = { id: null, name: 'Spring launch', step: null }
const autumn = { id: 'c-7', name: null, step: null }

async function happen(database: Database, ...events: readonly Partial<EngagementEvent>[]): Promise<void> {
  await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(...events.map(anEvent))])
}

async function importTagged(database: Database, people: readonly string[], tags: readonly string[]): Promise<void> {
  const contacts = people.map((email) => {
    const entry = fromInterchange(email, { email })
    if ('problem' in entry) throw new Error(entry.problem)
    return entry.contact
  })
  const options = { dayOf, now: NOW, campaign: null, tags, dryRun: false, onProgress() {} }
  await importContacts(database, contacts, options)
}

async function idOf(database: Database, address: string): Promise<number> {
  return (await contactByAddress(database, address))?.id ?? 0
}

const change = { by: 'U0ADA', now: NOW, dayOf }

const inSpring = { days: 7, campaign: 'Spring launch', tag: null } as const
const vips = { days: 7, campaign: null, tag: 'vip' } as const

describe.each(databases)('statistics of a group on $name', ({ name, open }) => {
  test('count each person of a campaign once, whatever happened how often', async () => {
    await using database = await open()
    const later = { occurredAt: Date.parse('2026-03-02T12:00:00Z') }
    const opened = { type: 'opened', campaign: spring, id: 'open-1', ...later } as const
    await happen(
      database,
      { type: 'sent', campaign: spring },
      { type: 'sent', campaign: spring, recipient: 'bob@example.com' },
      opened,
      { type: 'opened', campaign: spring, ...later },
      { type: 'opened', campaign: spring, machine: true, recipient: 'bob@example.com' },
      { type: 'opened', campaign: autumn, recipient: 'eve@example.com' },
      { type: 'opened', recipient: 'eve@example.com' },
    )
    await happen(database, opened)
    expect(await groupStatistics(database, inSpring, TODAY)).toMatchObject({
      contacts: 2,
      reach: { sent: 2, opened: 1, machine_opened: 1 },
      byStatus: { new: 1, engaged: 1 },
      engagement: { events: {}, eventsBefore: { sent: 2, opened: 2, machine_opened: 1 } },
    })
    expect(await groupStatistics(database, { ...inSpring, campaign: 'c-7' }, TODAY)).toMatchObject({ contacts: 1 })
  })

  test('follow a reply to the person and the campaign that it turns out to belong to', async () => {
    await using database = await open()
    const reply = {
      ...{ from: 'ada@private.example', to: null, subject: null, text: 'Yes', html: null, excerpt: 'Yes' },
      ...{ inReplyTo: 'm1@example.com', references: [], auto: false },
    }
    await happen(database, { type: 'replied', recipient: 'ada@private.example', reply })
    await happen(database, { type: 'sent', campaign: spring, rfcMessageId: 'm1@example.com' })
    expect(await groupStatistics(database, inSpring, TODAY)).toMatchObject({
      contacts: 1,
      reach: { sent: 1, replied: 1 },
    })
  })

  test('take back an open that turns out to be a machine’s', async () => {
    await using database = await open()
    const at = (seconds: number) => ({
      ...{ campaign: spring, messageId: 'm1', provider: 'ses' },
      occurredAt: Date.parse('2026-03-02T09:00:00Z') + seconds * 1000,
    })
    await happen(database, { type: 'opened', ...at(1) })
    expect(await groupStatistics(database, inSpring, TODAY)).toMatchObject({ reach: { opened: 1 } })
    await happen(database, { type: 'delivered', ...at(3) })
    expect(await groupStatistics(database, inSpring, TODAY)).toMatchObject({
      reach: { delivered: 1, machine_opened: 1 },
    })
  })

  test('follow tags as people add, import, change and take them back', async () => {
    await using database = await open()
    await addContact(database, 'ada@example.com', {
      ...{ by: 'U0ADA', now: NOW, dayOf },
      profile: { firstName: null, lastName: null, company: null, title: null, tags: ['VIP'] },
    })
    await importTagged(database, ['ada@example.com', 'bob@example.com'], ['vip'])
    expect(await groupStatistics(database, vips, TODAY)).toMatchObject({ contacts: 2 })
    await happen(database, { type: 'replied', recipient: 'bob@example.com', campaign: spring })
    const bob = await idOf(database, 'bob@example.com')
    expect(await groupStatistics(database, { ...vips, campaign: 'Spring launch' }, TODAY)).toMatchObject({
      contacts: 1,
      reach: { replied: 1 },
      byStatus: { engaged: 1 },
      engagement: null,
    })
    await setStatus(database, bob, 'converted', change)
    expect(await groupStatistics(database, vips, TODAY)).toMatchObject({ byStatus: { new: 1, converted: 1 } })
    const outcome = await changeTags(database, bob, { remove: ['Vip'], add: 'cold' }, change)
    expect(await groupStatistics(database, vips, TODAY)).toMatchObject({ contacts: 1, byStatus: { converted: 0 } })
    if (outcome.kind === 'changed') await undo(database, outcome.change.id, change)
    expect(await groupStatistics(database, vips, TODAY)).toMatchObject({ contacts: 2, byStatus: { converted: 1 } })
    expect(await groupStatistics(database, { ...vips, tag: 'cold' }, TODAY)).toBeUndefined()
  })

  test('are undefined where nobody is meant', async () => {
    await using database = await open()
    await happen(database, { type: 'sent', campaign: spring })
    expect(await groupStatistics(database, { ...inSpring, campaign: 'constructor' }, TODAY)).toBeUndefined()
    expect(await groupStatistics(database, { ...inSpring, tag: 'vip' }, TODAY)).toBeUndefined()
    expect(await groupStatistics(database, vips, TODAY)).toBeUndefined()
  })

  test('can be asked for by the campaigns and tags that there are, each tag in its most common spelling', async () => {
    await using database = await open()
    await happen(database, { type: 'sent', campaign: spring })
    await importTagged(database, ['ada@example.com'], ['VIP'])
    await importTagged(database, ['bob@example.com', 'eve@example.com'], ['vip'])
    await importTagged(database, ['ada@example.com'], ['cold'])
    expect(await statsChoices(database, 2)).toEqual({ campaigns: ['Spring launch'], tags: ['vip', 'cold'] })
    expect(await statsChoices(database, 1)).toEqual({ campaigns: ['Spring launch'], tags: null })
  })

  test('are the same where the migration counts what was there before', async () => {
    await using database = await open()
    await importTagged(database, ['ada@example.com', 'bob@example.com'], ['vip', 'Zürich'])
    await happen(
      database,
      { type: 'sent', campaign: spring },
      { type: 'opened', campaign: spring, userAgent: 'Mozilla/5.0' },
      { type: 'bounced', class: 'hard', campaign: autumn },
      { type: 'bounced', class: 'soft', campaign: autumn, recipient: 'bob@example.com' },
      { type: 'queued', campaign: autumn, recipient: 'eve@example.com' },
      { type: 'clicked', recipient: 'eve@example.com' },
      { type: 'delivered', campaign: spring, recipient: 'eve@example.com' },
      { type: 'unsubscribed', campaign: spring, recipient: 'eve@example.com' },
    )
    const before = await standing(database)
    const { contactGroups, contacts } = database.tables
    const file = join(import.meta.dirname, `../../drizzle/${name.toLowerCase()}/0008_groups.sql`)
    const filling = readFileSync(file, 'utf8')
      .split('--> statement-breakpoint')
      .filter((statement) => /^\s*(?:UPDATE|WITH)/m.test(statement))
    expect(filling).toHaveLength(2)
    await database.transaction(async (tx) => {
      await tx.db.delete(contactGroups)
      await tx.db.update(contacts).set({ campaigns: {} })
      for (const statement of filling) await tx.run(sql.raw(statement))
    })
    expect(await standing(database)).toEqual(before)
  })
})

async function standing(database: Database) {
  const rows = await database.db.select().from(database.tables.contactGroups)
  return {
    groups: rows.map(({ campaign, tag, name, count }) => [campaign, tag, name, count].join('/')).sort(),
    campaigns: (await contactsAfter(database, 0, 100)).map(({ email, campaigns }) => [email, campaigns]),
  }
}
