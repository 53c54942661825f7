import type { Database } from './store/database.ts'
import type { EventRow } from './store/events.ts'
import { type KeptRow, keptRows, type UnnamedEvent, unnamedEvents } from './store/quarantine.ts'

/** Something that came and was not understood: a part that no adapter could read, or an event without a name here. */
export interface KeptPart {
  /** A number, or `e` and a number for an event that has no name here. */
  readonly id: string
  readonly provider: string
  /** UTC milliseconds. */
  readonly receivedAt: number
  readonly part: KeptRow['part'] | 'unnamed'
  readonly problem: string
  readonly bytes: number
}

/** Which of what is kept; what is left out excludes nothing. */
export interface KeptSelection {
  readonly ids?: readonly string[] | undefined
  readonly provider?: string | undefined
  /** Received at this moment or later, UTC milliseconds. */
  readonly since?: number | undefined
  /** Words that the problem contains, in whatever case. */
  readonly problem?: string | undefined
}

export const KEPT_ID = /^e?[1-9]\d{0,14}$/

const PAGE = 500

/** What is kept: first parts, then events, each in the order they came. */
export async function* keptParts(database: Database, selection: KeptSelection): AsyncGenerator<KeptPart> {
  const { ids, problem = '' } = selection
  const wanted = ids && new Set(ids)
  const words = problem.toLowerCase()
  for await (const part of everything(database, selection)) {
    if (wanted && !wanted.has(part.id)) continue
    if (part.problem.toLowerCase().includes(words)) yield part
  }
}

async function* everything(database: Database, selection: KeptSelection): AsyncGenerator<KeptPart> {
  for (let after = 0; ; ) {
    const page = await keptRows(database, selection, after, PAGE)
    for (const row of page) yield { ...row, id: String(row.id) }
    after = page.at(-1)?.id ?? 0
    if (page.length < PAGE) break
  }
  for (let after = 0; ; ) {
    const page = await unnamedEvents(database, selection, after, PAGE)
    for (const unnamed of page) if (rawOf(unnamed.event) !== null) yield unnamedPart(unnamed)
    after = page.at(-1)?.event.seq ?? 0
    if (page.length < PAGE) break
  }
}

export const NO_NAME = 'this version has no word for what happened'

function unnamedPart({ event }: UnnamedEvent): KeptPart {
  const { seq, provider, receivedAt } = event
  const bytes = Buffer.byteLength(JSON.stringify(rawOf(event)))
  return { id: `e${seq}`, provider, receivedAt, part: 'unnamed', problem: NO_NAME, bytes }
}

function rawOf({ detail }: EventRow): unknown {
  return detail?.raw ?? null
}
