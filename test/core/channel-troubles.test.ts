import { describe, expect, test } from 'vitest'

import { beginTrouble, setTold, troubleOf } from '../../src/core/store/channel-troubles.ts'
import { databases } from '../support/databases.ts'

const START = Date.parse('2026-03-02T10:00:00Z')
const TARGET = 'C0SALES'

describe.each(databases)('trouble with a channel on $name', ({ open }) => {
  test('lasts from when it began, until nobody remembers it', async () => {
    await using database = await open()
    const begin = (now: number, forgottenBefore: number) =>
      database.transaction((tx) => beginTrouble(tx, { target: TARGET, code: 'is_archived', now, forgottenBefore }))
    expect(await begin(START, 0)).toBe(true)
    await database.transaction((tx) => setTold(tx, TARGET, START))
    expect(await begin(START + 10, START)).toBe(false)
    expect(await troubleOf(database, TARGET)).toMatchObject({ since: START, triedAt: START + 10, toldAt: START })
    expect(await begin(START + 20, START + 11)).toBe(true)
    expect(await troubleOf(database, TARGET)).toMatchObject({ since: START + 20, triedAt: START + 20, toldAt: null })
  })
})
