import { addressKey } from '../address.ts'
import type { Column } from '../import/columns.ts'
import type { ImportStage } from '../import/report.ts'
import { decodeRows, insertOf, perBackend, selectList, valuesOf } from './bulk.ts'
import type { Database, Tables } from './database.ts'
import { and, asc, eq, gt, inArray, isNotNull, isNull, lt, max, ne, sql } from './drizzle.ts'

export type ImportRow = Tables['imports']['$inferSelect']
export type ImportedRow = Tables['importContacts']['$inferSelect']
export type RejectRow = Tables['importRejects']['$inferSelect']

export async function insertImport(tx: Database, row: Omit<ImportRow, 'id'>): Promise<number> {
  const { imports } = tx.tables
  const [made] = await tx.db.insert(imports).values(row).returning({ id: imports.id })
  if (!made) throw new Error('an import was not kept')
  return made.id
}

export async function importById(database: Database, id: number): Promise<ImportRow | undefined> {
  const { imports } = database.tables
  const [row] = await database.db.select().from(imports).where(eq(imports.id, id)).limit(1)
  return row
}

/** The same, held until the transaction ends. */
export async function holdImport(tx: Database, id: number): Promise<ImportRow | undefined> {
  const { imports } = tx.tables
  // Asked for with each group of rows, and a query that need not be put together takes half the time.
  const rows = await tx.all(
    sql`select ${selectList(imports, EVERY)} from ${imports} where ${imports.id} = ${id} ${tx.dialect.forUpdate}`,
  )
  return decodeRows(imports, EVERY, rows)[0]
}

const EVERY = [
  ...(['id', 'by', 'name', 'campaign', 'tags', 'overwrite', 'enrich', 'state', 'size', 'hash', 'columns'] as const),
  ...(['header', 'total', 'place', 'counts', 'undone', 'channel', 'ts', 'createdAt', 'touchedAt', 'endedAt'] as const),
]

export async function updateImport(tx: Database, id: number, values: Partial<Omit<ImportRow, 'id'>>): Promise<void> {
  const { imports } = tx.tables
  await tx.db.update(imports).set(values).where(eq(imports.id, id))
}

/** Those in one of `stages` for which nothing was done since `before` (UTC milliseconds), the oldest first. */
export async function importsLeft(
  database: Database,
  stages: readonly ImportStage[],
  before: number,
): Promise<ImportRow[]> {
  const { imports } = database.tables
  return await database.db
    .select()
    .from(imports)
    .where(and(inArray(imports.state, [...stages]), lt(imports.touchedAt, before)))
    .orderBy(imports.id)
}

/** Those that are over and still have the bytes of their lists. */
export async function overWithBytes(database: Database): Promise<number[]> {
  const { imports, importPieces: pieces } = database.tables
  const rows = await database.all(
    sql`select ${selectList(imports, ['id'])} from ${imports} where ${imports.state} in ('done', 'cancelled', 'undone')
      and exists (select 1 from ${pieces} where ${pieces.importId} = ${imports.id}) order by ${imports.id}`,
  )
  return decodeRows(imports, ['id'], rows).map(({ id }) => id)
}

/** Those that were over before `before` (UTC milliseconds) and still have the rows that they left out. */
export async function overWithRejects(database: Database, before: number): Promise<number[]> {
  const { imports, importRejects: rejects } = database.tables
  const rows = await database.all(
    sql`select ${selectList(imports, ['id'])} from ${imports} where ${imports.state} in ('done', 'cancelled', 'undone')
      and ${imports.touchedAt} < ${before}
      and exists (select 1 from ${rejects} where ${rejects.importId} = ${imports.id}) order by ${imports.id}`,
  )
  return decodeRows(imports, ['id'], rows).map(({ id }) => id)
}

/** The latest that `by` (null is the command line) began with the same bytes and did not end. */
export async function unfinishedWith(
  database: Database,
  { by, hash }: Pick<ImportRow, 'by' | 'hash'>,
): Promise<ImportRow | undefined> {
  const { imports } = database.tables
  const rows = await database.db
    .select()
    .from(imports)
    .where(
      and(eq(imports.state, 'running'), eq(imports.hash, hash), by === null ? isNull(imports.by) : eq(imports.by, by)),
    )
    .orderBy(imports.id)
  return rows.at(-1)
}

export async function insertPiece(tx: Database, importId: number, nth: number, bytes: Buffer): Promise<void> {
  await tx.db.insert(tx.tables.importPieces).values({ importId, nth, bytes })
}

export async function pieceOf(database: Database, importId: number, nth: number): Promise<Buffer | undefined> {
  const { importPieces: pieces } = database.tables
  const [row] = await database.db
    .select({ bytes: pieces.bytes })
    .from(pieces)
    .where(and(eq(pieces.importId, importId), eq(pieces.nth, nth)))
  return row?.bytes
}

/** Deletes one of the pieces; false where none is left. */
export async function deletePiece(tx: Database, importId: number): Promise<boolean> {
  const { importPieces: pieces } = tx.tables
  const [last] = await tx.db
    .select({ nth: max(pieces.nth) })
    .from(pieces)
    .where(eq(pieces.importId, importId))
  if (last?.nth === null || last?.nth === undefined) return false
  await tx.db.delete(pieces).where(and(eq(pieces.importId, importId), eq(pieces.nth, last.nth)))
  return true
}

export async function deletePieces(tx: Database, importId: number): Promise<void> {
  const { importPieces: pieces } = tx.tables
  await tx.db.delete(pieces).where(eq(pieces.importId, importId))
}

const insertion = perBackend(({ importContacts }) =>
  insertOf(
    importContacts,
    ['importId', 'contactId', 'at', 'outcome', 'before', 'after', 'events', 'revision', 'doneAt'],
    { ignore: ['importId', 'contactId'] },
  ),
)

export async function insertImported(tx: Database, rows: readonly Omit<ImportedRow, 'kept'>[]): Promise<void> {
  await tx.write(insertion(tx), rows)
}

const retelling = perBackend(({ importContacts }) =>
  insertOf(importContacts, ['importId', 'contactId', 'at', 'outcome', 'before', 'after', 'revision', 'doneAt'], {
    conflict: `on conflict (import_id, contact_id) do update
      set outcome = excluded.outcome, before = excluded.before, after = excluded.after`,
  }),
)

/** Replaces what is written down of contacts of an import: what became of them, and what it changed. */
export async function retellImported(tx: Database, rows: readonly ImportedRow[]): Promise<void> {
  await tx.write(retelling(tx), rows)
}

/** Those of `contactIds` that an import has dealt with, with what it did. */
export async function importedAmong(
  tx: Database,
  importId: number,
  contactIds: readonly number[],
): Promise<ImportedRow[]> {
  const { importContacts: imported } = tx.tables
  if (contactIds.length === 0) return []
  return await tx.db
    .select()
    .from(imported)
    .where(and(eq(imported.importId, importId), inArray(imported.contactId, [...contactIds])))
}

/** Those of `keys`, which are address keys, that are contacts, with where in the list each stood first; null where it did not. */
export async function placesInImport(
  tx: Database,
  importId: number,
  keys: readonly string[],
): Promise<ReadonlyMap<string, number | null>> {
  const { contacts, importContacts: imported } = tx.tables
  const rows = await tx.all(
    sql`select ${contacts.emailKey} as email_key, ${imported.at} as at from ${contacts} left join ${imported}
      on ${imported.contactId} = ${contacts.id} and ${imported.importId} = ${importId}
      where ${contacts.emailKey} in (select r.v from ${valuesOf(tx, 'text', keys)})`,
  )
  return new Map(rows.map((row) => [String(row.email_key), row.at === null ? null : Number(row.at)]))
}

const rejection = perBackend(({ importRejects }) =>
  insertOf(importRejects, ['importId', 'nth', 'at', 'value', 'reason', 'cells'], { ignore: ['importId', 'nth'] }),
)

export async function insertRejects(tx: Database, rows: readonly RejectRow[]): Promise<void> {
  await tx.write(rejection(tx), rows)
}

/** A page of the rows that made no contact, in their order. */
export async function rejectsAfter(
  database: Database,
  importId: number,
  nth: number,
  limit: number,
): Promise<RejectRow[]> {
  const { importRejects: rejects } = database.tables
  return await database.db
    .select()
    .from(rejects)
    .where(and(eq(rejects.importId, importId), gt(rejects.nth, nth)))
    .orderBy(asc(rejects.nth))
    .limit(limit)
}

export async function deleteRejects(tx: Database, importId: number): Promise<void> {
  const { importRejects: rejects } = tx.tables
  await tx.db.delete(rejects).where(eq(rejects.importId, importId))
}

export async function deleteImport(tx: Database, id: number): Promise<void> {
  await tx.db.delete(tx.tables.imports).where(eq(tx.tables.imports.id, id))
}

/** Contacts after `afterId` that an import made or changed and that nobody has tried to take back yet, by their ids. */
export async function notTakenBack(
  tx: Database,
  importId: number,
  afterId: number,
  limit: number,
): Promise<ImportedRow[]> {
  const { importContacts: imported } = tx.tables
  return await tx.db
    .select()
    .from(imported)
    .where(
      and(
        eq(imported.importId, importId),
        gt(imported.contactId, afterId),
        isNull(imported.kept),
        ne(imported.outcome, 'unchanged'),
      ),
    )
    .orderBy(imported.contactId)
    .limit(limit)
}

const keeping = perBackend(({ importContacts }) =>
  insertOf(importContacts, ['importId', 'contactId', 'at', 'outcome', 'revision', 'doneAt', 'kept'], {
    conflict: 'on conflict (import_id, contact_id) do update set kept = excluded.kept',
  }),
)

/** Says of each why it was not taken back; '' where it was. */
export async function markKept(tx: Database, rows: readonly ImportedRow[]): Promise<void> {
  await tx.write(keeping(tx), rows)
}

/** Lets those whom an undo left as they are be looked at anew. */
export async function forgetKept(tx: Database, importId: number): Promise<void> {
  const { importContacts: imported } = tx.tables
  await tx.db
    .update(imported)
    .set({ kept: null })
    .where(and(eq(imported.importId, importId), isNotNull(imported.kept), ne(imported.kept, '')))
}

/** A page of those that an undo left as they are, with their addresses. */
export async function keptAfter(
  database: Database,
  importId: number,
  afterId: number,
  limit: number,
): Promise<{ readonly id: number; readonly email: string; readonly reason: string }[]> {
  const { contacts, importContacts: imported } = database.tables
  const rows = await database.db
    .select({ id: imported.contactId, email: contacts.email, reason: imported.kept })
    .from(imported)
    .innerJoin(contacts, eq(contacts.id, imported.contactId))
    .where(
      and(
        eq(imported.importId, importId),
        gt(imported.contactId, afterId),
        isNotNull(imported.kept),
        ne(imported.kept, ''),
      ),
    )
    .orderBy(imported.contactId)
    .limit(limit)
  return rows.map(({ reason, ...row }) => ({ ...row, reason: reason ?? '' }))
}

/** Those of `contactIds` that a later import names, too, and that was not undone. */
export async function namedByLater(
  tx: Database,
  importId: number,
  contactIds: readonly number[],
): Promise<ReadonlySet<number>> {
  const { imports, importContacts: imported } = tx.tables
  const rows = await tx.all(
    sql`select distinct ${selectList(imported, ['contactId'])} from ${imported}
      join ${imports} on ${imports.id} = ${imported.importId}
      where ${imported.contactId} in (select r.v from ${valuesOf(tx, 'bigint', contactIds)})
        and ${imported.importId} > ${importId} and ${imports.state} <> 'undone'
        and (${imported.kept} is null or ${imported.kept} <> '')`,
  )
  return new Set(decodeRows(imported, ['contactId'], rows).map(({ contactId }) => contactId))
}

export async function rememberColumns(
  tx: Database,
  row: { readonly header: string; readonly columns: readonly Column[]; readonly at: number },
): Promise<void> {
  const { importColumns } = tx.tables
  await tx.db
    .insert(importColumns)
    .values(row)
    .onConflictDoUpdate({ target: importColumns.header, set: { columns: row.columns, at: row.at } })
}

export async function rememberedColumns(
  database: Database,
  header: string,
): Promise<{ readonly columns: readonly Column[]; readonly at: number } | undefined> {
  const { importColumns } = database.tables
  const [row] = await database.db.select().from(importColumns).where(eq(importColumns.header, header))
  return row
}

/** Deletes rows that name `address`, and gives up lists that do and that nobody said yes to. */
export async function forgetInImports(tx: Database, address: string, now: number): Promise<void> {
  const { importRejects: rejects } = tx.tables
  const key = addressKey(address)
  const pattern = `%${key.replace(/[\\%_]/g, '\\$&')}%`
  const texts = sql`lower(${rejects.value} || ' ' || coalesce(cast(${rejects.cells} as text), ''))`
  await tx.db.delete(rejects).where(sql`${texts} like ${pattern} escape '\\'`)
  for (const { id } of await importsLeft(tx, ['keeping', 'ready'], Number.MAX_SAFE_INTEGER)) {
    if (!(await isNamedIn(tx, id, key))) continue
    await updateImport(tx, id, { state: 'cancelled', endedAt: now, touchedAt: now })
    await deletePieces(tx, id)
  }
}

/** In whatever encoding: an address is ASCII, which stands in all of them, in UTF-16 with NULs between. */
async function isNamedIn(tx: Database, importId: number, key: string): Promise<boolean> {
  let before = ''
  for (let nth = 0; ; nth += 1) {
    const piece = await pieceOf(tx, importId, nth)
    if (!piece) return false
    const text = before + piece.toString('latin1').replaceAll('\0', '').toLowerCase()
    if (text.includes(key)) return true
    before = text.slice(-key.length)
  }
}
