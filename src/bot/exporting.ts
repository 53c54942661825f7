import type { Actor } from './actor.ts'
import type { Message } from './blocks.ts'
import { may, type Role } from './permissions.ts'
import { exportChoiceView, exportsNobodyView, exportTooManyView, type Wanted } from './views/export.ts'
import { startedView } from './views/problem.ts'

export interface ExportingDeps {
  /** How many contacts the text means to `by`, a Slack user id. Throws `InvalidInputError` for filters that are none. */
  readonly countExport: (text: string, by: string) => Promise<number>
  /** Begins in the background, and sends `by` a file. Throws `InvalidInputError` for one export too many. */
  readonly orderExport: (order: Wanted & { readonly by: string; readonly contacts: number }) => Promise<void>
}

/** More are given only to admins. */
const MOST_FOR_MEMBERS = 1000
/** More are given only after a question. */
const MOST_UNASKED = 25

/** Why somebody with `role` does not get so many; undefined where they do. */
export function refusalFor(wanted: Wanted, contacts: number, role: Role): Message | undefined {
  if (contacts === 0) return exportsNobodyView(wanted)
  if (contacts > MOST_FOR_MEMBERS && !may(role, 'admin')) return exportTooManyView(wanted, contacts, MOST_FOR_MEMBERS)
  return undefined
}

/** What `/crm export` answers: a question first, where it is about many. */
export async function answerExport(wanted: Wanted, actor: Actor, deps: ExportingDeps): Promise<Message> {
  const contacts = await deps.countExport(wanted.text, actor.userId)
  const refusal = refusalFor(wanted, contacts, actor.role)
  if (refusal) return refusal
  return contacts > MOST_UNASKED ? exportChoiceView(wanted, contacts) : await order(wanted, contacts, actor, deps)
}

/** What the answer to that question does. */
export async function startExporting(wanted: Wanted, actor: Actor, deps: ExportingDeps): Promise<Message> {
  const contacts = await deps.countExport(wanted.text, actor.userId)
  return refusalFor(wanted, contacts, actor.role) ?? (await order(wanted, contacts, actor, deps))
}

async function order(wanted: Wanted, contacts: number, { userId }: Actor, deps: ExportingDeps): Promise<Message> {
  await deps.orderExport({ ...wanted, by: userId, contacts })
  return startedView()
}
