/** Where a list goes on, beside a row that was shown: `at` is UTC milliseconds, and `id` decides between equal times. */
export interface Place {
  readonly direction: 'newer' | 'older'
  readonly at: number
  readonly id: number
}

/** A part of a list, newest first, and where it goes on. */
export interface Page<Row> {
  readonly rows: readonly Row[]
  readonly newer: Place | null
  readonly older: Place | null
}

export interface PageOptions {
  /** Without it the newest. */
  readonly place: Place | null
  readonly limit: number
}

/** At most `limit` rows beside `place`, those next to it first; without it the newest. */
export type ReadBeside<Row> = (place: Place | null, limit: number) => Promise<readonly Row[]>

/**
 * One page, found by the row beside it and never by a number of rows, so that what is added
 * meanwhile neither repeats a row nor hides one.
 */
export async function readPage<Row>(
  read: ReadBeside<Row>,
  placeOf: (row: Row) => Omit<Place, 'direction'>,
  { place, limit }: PageOptions,
): Promise<Page<Row>> {
  const found = await read(place, limit + 1)
  const isMore = found.length > limit
  // The newest page is shown whole, even where fewer rows are newer than what was shown.
  if (place?.direction === 'newer' && !isMore) return await readPage(read, placeOf, { place: null, limit })
  const next = found.slice(0, limit)
  const rows = place?.direction === 'newer' ? next.reverse() : next
  const [first, last] = [rows[0], rows.at(-1)]
  return {
    rows,
    newer: first && place ? { direction: 'newer', ...placeOf(first) } : null,
    older: last && isMore ? { direction: 'older', ...placeOf(last) } : null,
  }
}

const PLACE = /^(?<direction>newer|older):(?<at>-?\d{1,16}):(?<id>\d{1,15})$/

/** As the value of a button; a made-up place shows no more than anybody may see. */
export function writePlace({ direction, at, id }: Place): string {
  return [direction, at, id].join(':')
}

export function parsePlace(text: string): Place | null {
  const { direction, at, id } = PLACE.exec(text)?.groups ?? {}
  if (direction === undefined) return null
  return { direction: direction === 'newer' ? 'newer' : 'older', at: Number(at), id: Number(id) }
}
