import { describe, expect, test } from 'vitest'

import { addContact } from '../../src/core/add-contact.ts'
import { addNote } from '../../src/core/changes/change-contact.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import type { Place } from '../../src/core/page.ts'
import type { Database } from '../../src/core/store/database.ts'
import { createDayOf } from '../../src/core/time.ts'
import { notesOf, timeline } from '../../src/core/timeline.ts'
import { databases } from '../support/databases.ts'
import { aDelivery, anEvent } from '../support/events.ts'

const NOW = Date.parse('2026-03-02T10:00:00Z')
const dayOf = createDayOf('UTC')

async function withAda(database: Database): Promise<number> {
  return (await addContact(database, 'ada@example.com', { by: 'U0EVE', now: NOW, dayOf })).id
}

/** Clicks that happened at `moments`, told in that order. */
async function clicks(database: Database, moments: readonly number[], recipient = 'ada@example.com') {
  const events = moments.map((at) =>
    anEvent({ type: 'clicked', url: `https://a.example/${at}`, occurredAt: at, recipient }),
  )
  await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(...events)])
}

function momentsOf({ rows }: Awaited<ReturnType<typeof timeline>>): number[] {
  return rows.map(({ occurredAt }) => occurredAt)
}

describe.each(databases)('the timeline of a contact on $name', ({ open }) => {
  test('goes through 10,000 events, each once, in the order in which they happened', async () => {
    await using database = await open()
    const id = await withAda(database)
    const all = Array.from({ length: 10_000 }, (_, at) => NOW - ((at * 7919) % 5000) * 1000)
    for (let at = 0; at < all.length; at += 1000) await clicks(database, all.slice(at, at + 1000))
    await clicks(database, [NOW], 'bob@example.com')
    const seen: number[] = []
    let place: Place | null = null
    do {
      const page = await timeline(database, id, { place, limit: 500 })
      seen.push(...momentsOf(page))
      place = page.older
    } while (place)
    expect(seen).toEqual(all.toSorted((a, b) => b - a))
  }, 30_000)

  test('stays where it is while events come in, late ones too', async () => {
    await using database = await open()
    const id = await withAda(database)
    await clicks(
      database,
      [1, 2, 3, 3, 4, 5].map((at) => NOW + at),
    )
    const first = await timeline(database, id, { place: null, limit: 2 })
    expect(momentsOf(first)).toEqual([NOW + 5, NOW + 4])
    expect(first.newer).toBeNull()
    await clicks(database, [NOW + 6, NOW + 2])
    const second = await timeline(database, id, { place: first.older, limit: 3 })
    expect(momentsOf(second)).toEqual([NOW + 3, NOW + 3, NOW + 2])
    const back = await timeline(database, id, { place: second.newer, limit: 2 })
    expect(momentsOf(back)).toEqual([NOW + 5, NOW + 4])
    expect(momentsOf(await timeline(database, id, { place: back.newer, limit: 2 }))).toEqual([NOW + 6, NOW + 5])
    expect(momentsOf(await timeline(database, id, { place: second.older, limit: 9 }))).toEqual([NOW + 2, NOW + 1])
  })

  test('has the notes apart, newest first', async () => {
    await using database = await open()
    const id = await withAda(database)
    for (const [at, text] of ['one', 'two', 'three'].entries())
      await addNote(database, id, text, { by: 'U0ADA', now: NOW + at, dayOf })
    const page = await notesOf(database, id, { place: null, limit: 2 })
    expect(page.rows).toMatchObject([{ author: 'U0ADA', at: NOW + 2, text: 'three' }, { text: 'two' }])
    const older = await notesOf(database, id, { place: page.older, limit: 2 })
    expect(older).toMatchObject({ rows: [{ text: 'one' }], older: null })
  })
})
