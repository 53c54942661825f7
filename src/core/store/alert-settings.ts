import type { ContactAlertKind } from '../alerts/kinds.ts'
import type { QuietHours } from '../alerts/quiet-hours.ts'
import type { AlertRule } from '../alerts/rules.ts'
import { decodeRows, insertOf, perBackend, selectList } from './bulk.ts'
import type { Database, Tables } from './database.ts'
import { and, eq, gt, inArray, sql } from './drizzle.ts'

export type SavedKind = Tables['alertKinds']['$inferSelect']
export type RuleRow = Tables['alertRules']['$inferSelect']

const SAVED = ['kind', 'isOn', 'threshold'] as const satisfies readonly (keyof SavedKind)[]

/** Read with nearly every group of events, so without the query builder, which costs more than the query. */
export async function savedKinds(database: Database): Promise<Pick<SavedKind, (typeof SAVED)[number]>[]> {
  const { alertKinds } = database.tables
  const rows = await database.all(sql`select ${selectList(alertKinds, SAVED)} from ${alertKinds}`)
  return decodeRows(alertKinds, SAVED, rows)
}

export async function saveKind(tx: Database, row: SavedKind): Promise<void> {
  const { alertKinds } = tx.tables
  await tx.db.insert(alertKinds).values(row).onConflictDoUpdate({ target: alertKinds.kind, set: row })
}

/** In the order in which they were made. */
export async function alertRules(database: Database): Promise<AlertRule[]> {
  const { alertRules: rules } = database.tables
  const { id, kinds, campaign, tag, owner, target } = rules
  return await database.db.select({ id, kinds, campaign, tag, owner, target }).from(rules).orderBy(id)
}

export async function alertRule(database: Database, id: number): Promise<AlertRule | undefined> {
  return (await alertRules(database)).find((rule) => rule.id === id)
}

export async function hasAlertRules(database: Database): Promise<boolean> {
  const { alertRules: rules } = database.tables
  return (await database.db.select({ id: rules.id }).from(rules).limit(1)).length > 0
}

export async function insertRule(tx: Database, rule: Omit<RuleRow, 'id'>): Promise<number> {
  const { alertRules: rules } = tx.tables
  const [row] = await tx.db.insert(rules).values(rule).returning({ id: rules.id })
  if (!row) throw new Error('a rule was not kept')
  return row.id
}

/** False where it is gone. */
export async function updateRule(tx: Database, { id, ...rule }: RuleRow): Promise<boolean> {
  const { alertRules: rules } = tx.tables
  return (await tx.db.update(rules).set(rule).where(eq(rules.id, id)).returning({ id: rules.id })).length > 0
}

export async function deleteRule(tx: Database, id: number): Promise<void> {
  const { alertRules: rules } = tx.tables
  await tx.db.delete(rules).where(eq(rules.id, id))
}

/** Of a person by their Slack user id. */
export async function quietHoursOf(database: Database, user: string): Promise<QuietHours | undefined> {
  const { alertPeople } = database.tables
  const { quietFrom: from, quietUntil: until, timeZone } = alertPeople
  const [row] = await database.db.select({ from, until, timeZone }).from(alertPeople).where(eq(alertPeople.user, user))
  return row
}

export async function saveQuietHours(
  tx: Database,
  user: string,
  { from, until, timeZone }: QuietHours,
  at: number,
): Promise<void> {
  const { alertPeople } = tx.tables
  const row = { user, quietFrom: from, quietUntil: until, timeZone, at }
  await tx.db.insert(alertPeople).values(row).onConflictDoUpdate({ target: alertPeople.user, set: row })
}

/** Nothing where they have no quiet hours. */
export async function moveQuietHours(tx: Database, user: string, timeZone: string): Promise<void> {
  const { alertPeople } = tx.tables
  await tx.db.update(alertPeople).set({ timeZone }).where(eq(alertPeople.user, user))
}

export async function deleteQuietHours(tx: Database, user: string): Promise<void> {
  const { alertPeople } = tx.tables
  await tx.db.delete(alertPeople).where(eq(alertPeople.user, user))
}

/** Those of the contacts with `ids` about whom there was an alert of `kind` after `since`. */
export async function alertedSince(
  database: Database,
  kind: ContactAlertKind,
  ids: readonly number[],
  since: number,
): Promise<ReadonlySet<number>> {
  if (ids.length === 0) return new Set()
  const { alertMarks } = database.tables
  const rows = await database.db
    .select({ id: alertMarks.contactId })
    .from(alertMarks)
    .where(and(eq(alertMarks.kind, kind), inArray(alertMarks.contactId, [...ids]), gt(alertMarks.at, since)))
  return new Set(rows.map(({ id }) => id))
}

const marking = perBackend(({ alertMarks }) =>
  insertOf(alertMarks, ['contactId', 'kind', 'at'], {
    conflict: 'on conflict (contact_id, kind) do update set at = excluded.at',
  }),
)

export async function markAlerted(
  tx: Database,
  kind: ContactAlertKind,
  ids: readonly number[],
  at: number,
): Promise<void> {
  await tx.write(
    marking(tx),
    ids.map((contactId) => ({ contactId, kind, at })),
  )
}
