import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { type Place, parsePlace, readPage, writePlace } from '../../src/core/page.ts'

interface Row {
  readonly at: number
  readonly id: number
}

/** A list that is read as the database reads it: those next to the place first. */
function reading(rows: () => readonly Row[]) {
  const order = (a: Row, b: Row) => a.at - b.at || a.id - b.id
  return async (place: Place | null, limit: number) => {
    const ascending = rows().toSorted(order)
    if (!place) return ascending.reverse().slice(0, limit)
    if (place.direction === 'newer') return ascending.filter((row) => order(row, place) > 0).slice(0, limit)
    return ascending
      .filter((row) => order(row, place) < 0)
      .reverse()
      .slice(0, limit)
  }
}

const pageOf = (rows: () => readonly Row[], place: Place | null, limit: number) =>
  readPage(reading(rows), (row) => row, { place, limit })

const ids = (rows: readonly Row[]) => rows.map(({ id }) => id)

describe('a list in pages', () => {
  test('shows each row once from the newest to the oldest, and the same on the way back', async () => {
    const times = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(times, fc.integer({ min: 1, max: 7 }), async (of, limit) => {
        const rows = of.map((at, id) => ({ at, id }))
        const there: number[][] = []
        let page = await pageOf(() => rows, null, limit)
        expect(page.newer).toBeNull()
        for (;;) {
          there.push(ids(page.rows))
          if (!page.older) break
          page = await pageOf(() => rows, page.older, limit)
        }
        expect(there.flat()).toEqual(ids(rows.toSorted((a, b) => b.at - a.at || b.id - a.id)))
        const back: number[][] = []
        for (;;) {
          back.unshift(ids(page.rows))
          if (!page.newer) break
          page = await pageOf(() => rows, page.newer, limit)
        }
        expect(back).toEqual(there)
      }),
    )
  })

  test('goes on where it was although more comes in, also in between', async () => {
    const rows = [1, 2, 3, 4, 5, 6].map((id) => ({ at: id * 10, id }))
    const first = await pageOf(() => rows, null, 2)
    expect(ids(first.rows)).toEqual([6, 5])
    rows.push({ at: 70, id: 7 }, { at: 45, id: 8 }, { at: 50, id: 9 })
    const second = await pageOf(() => rows, first.older, 2)
    expect(ids(second.rows)).toEqual([8, 4])
    const back = await pageOf(() => rows, second.newer, 2)
    expect(ids(back.rows)).toEqual([9, 5])
    const newest = await pageOf(() => rows, back.newer, 2)
    expect(ids(newest.rows)).toEqual([7, 6])
    expect(newest.newer).toBeNull()
  })

  test('shows the newest page whole where less than a page is newer', async () => {
    const rows = [1, 2, 3, 4].map((id) => ({ at: id, id }))
    const page = await pageOf(() => rows, { direction: 'newer', at: 3, id: 3 }, 3)
    expect(ids(page.rows)).toEqual([4, 3, 2])
    expect(page).toMatchObject({ newer: null, older: { direction: 'older', id: 2 } })
  })

  test('is empty where there is nothing', async () => {
    expect(await pageOf(() => [], null, 3)).toEqual({ rows: [], newer: null, older: null })
  })
})

test.each<Place>([
  { direction: 'older', at: 1_790_000_000_000, id: 42 },
  { direction: 'newer', at: -5, id: 0 },
])('a place comes back from a button as it was written: %o', (place) => {
  expect(parsePlace(writePlace(place))).toEqual(place)
})

test.each(['', 'older', 'older:1', 'sideways:1:2', 'older:1:-2', 'older:1.5:2', 'older:1:2:3', 'older:1e9:2'])(
  '“%s” is no place',
  (text) => {
    expect(parsePlace(text)).toBeNull()
  },
)
