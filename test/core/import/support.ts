import { countRows, type HowToRead, inspect, type ReadRow, readRows } from '../../../src/core/import/read.ts'
import { type ImportSource, sourceOf } from '../../../src/core/import/source.ts'

/** The same bytes, in pieces that end wherever they like. */
export function inBits(name: string, content: Uint8Array | string, size = 7): ImportSource {
  const bytes = Buffer.from(content)
  return {
    name,
    async *bytes() {
      for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
    },
  }
}

/** What a list brings in: contacts with what is said of them, and what is left out. */
export async function brought(content: Uint8Array | string, name = 'people.csv') {
  return await broughtFrom(sourceOf(name, content))
}

export async function broughtFrom(source: ImportSource, how: Partial<HowToRead> = {}) {
  const inspection = await inspect(source)
  const rows = await Array.fromAsync(readRows(source, { inspection, ...how }))
  return {
    contacts: rows.flatMap((row) => ('contact' in row ? [told(row)] : [])),
    leftOut: rows.flatMap((row) =>
      'reason' in row ? [`${inspection.unit} ${row.at} (${row.value}): ${row.reason}`] : [],
    ),
    ...(inspection.warnings.length > 0 ? { warnings: inspection.warnings } : {}),
  }
}

/** What is said, and nothing of what is not. */
function told({ contact }: Extract<ReadRow, { contact: unknown }>) {
  const { status, claims: _claims, events: _events, enrichment, ...rest } = contact
  const said = enrichment && Object.fromEntries(Object.entries(enrichment).filter(([, value]) => value !== null))
  return Object.fromEntries(
    Object.entries({ ...rest, enrichment: said, status: status === 'new' ? null : status }).filter(
      ([, value]) => value !== null && Object.keys(Object(value)).length + Number(typeof value === 'number') > 0,
    ),
  )
}

/** What whoever imports is told; undefined where the list can be read to its end. */
export async function problemOf(content: Uint8Array | string, name = 'people.csv'): Promise<unknown> {
  const source = sourceOf(name, content)
  try {
    await countRows(source, { inspection: await inspect(source) })
    return undefined
  } catch (error) {
    return error
  }
}
