import type { types } from '@slack/bolt'

import type { ContactAction } from '../core/changes/change.ts'
import type { Outcome, Undoing } from '../core/changes/change-contact.ts'
import type { ContactChanges } from '../core/changes/contact-changes.ts'
import type { ContactCard, LookupResult } from '../core/contact-card.ts'
import { InvalidInputError } from '../core/errors.ts'
import { parseTags } from '../core/tags.ts'
import type { Actor } from './actor.ts'
import type { Message } from './blocks.ts'
import type { ChangeCommand } from './change-command.ts'
import type { Role } from './permissions.ts'
import { type Roles, type Standing, UnknownStandingError } from './roles.ts'
import { assignForm, editForm, noteForm, statusForm, tagForm } from './views/change-forms.ts'
import { changeSentence, sameSentence, undoSentence } from './views/change-words.ts'
import { contactCardView } from './views/contact-card.ts'
import { whomView } from './views/near-misses.ts'
import { goneView } from './views/problem.ts'

export interface ChangingDeps {
  readonly lookup: (who: string) => Promise<LookupResult>
  readonly cardById: (id: number) => Promise<ContactCard | undefined>
  readonly changes: ContactChanges
  /** What somebody is who is to own a contact. */
  readonly standing: Roles['standing']
  /** UTC milliseconds. */
  readonly now: () => number
}

/** The contact with the change and a button that takes it back, or the form that asks for what was not said. */
export async function answerChange(
  command: ChangeCommand,
  actor: Actor,
  deps: ChangingDeps,
): Promise<Message | types.ModalView> {
  const result = await deps.lookup(command.who)
  if (result.kind !== 'found') return whomView(command.who, result)
  const { card } = result
  const { changes } = deps
  const { userId: by, role } = actor
  switch (command.kind) {
    case 'note':
      if (command.note === undefined) return noteForm(card)
      return await changed('note', card.id, await changes.addNote(card.id, command.note, by), deps, role)
    case 'tag':
      if (command.tags === undefined) return tagForm(card)
      return await changed('tags', card.id, await changes.changeTags(card.id, { add: command.tags }, by), deps, role)
    case 'untag': {
      if (command.tag === undefined) return tagForm(card)
      const remove = parseTags(command.tag)
      return await changed('tags', card.id, await changes.changeTags(card.id, { remove }, by), deps, role)
    }
    case 'assign': {
      const { to } = command
      if (to === undefined) return assignForm(card)
      return await assigned(card.id, to === 'nobody' ? null : to === 'me' ? by : to.userId, actor, deps)
    }
    case 'status':
      if (command.decision === undefined) return statusForm(card)
      return await changed('status', card.id, await changes.setStatus(card.id, command.decision, by), deps, role)
  }
}

const NO_OWNER: Partial<Readonly<Record<Standing, string>>> = {
  guest: 'Not assigned: this is a guest, who may not use the CRM. Choose a full member of this workspace.',
  outsider:
    'Not assigned: this is nobody who works here. It may be a bot, or somebody who has left or is of another workspace. Choose a full member of this workspace.',
}

/** The card with its new owner; throws `InvalidInputError` where Slack says that `owner` may not use the CRM. */
export async function assigned(
  id: number,
  owner: string | null,
  { userId: by, role }: Actor,
  deps: Pick<ChangingDeps, 'cardById' | 'changes' | 'now' | 'standing'>,
): Promise<Message> {
  const why = owner === null || owner === by ? undefined : await whyNoOwner(owner, deps)
  if (why !== undefined) throw new InvalidInputError(why)
  return await changed('assign', id, await deps.changes.assign(id, owner, by), deps, role)
}

/** Undefined also where Slack does not say, since work does not wait for it. */
async function whyNoOwner(userId: string, { standing }: Pick<ChangingDeps, 'standing'>): Promise<string | undefined> {
  try {
    return NO_OWNER[await standing(userId)]
  } catch (error) {
    if (error instanceof UnknownStandingError) return undefined
    throw error
  }
}

/** The card as it is after a change. */
export async function changed(
  action: ContactAction,
  id: number,
  outcome: Outcome,
  { cardById, now }: Pick<ChangingDeps, 'cardById' | 'now'>,
  role: Role,
): Promise<Message> {
  const card = outcome.kind === 'gone' ? undefined : await cardById(id)
  if (!card || outcome.kind === 'gone') return goneView()
  const news =
    outcome.kind === 'same'
      ? { sentence: sameSentence(action) }
      : { sentence: changeSentence(outcome.change), undo: outcome.change.id }
  return contactCardView(card, { news, now: now(), role })
}

const CHANGE_FORMS = {
  contact_note: noteForm,
  contact_tag: tagForm,
  contact_status: statusForm,
  contact_assign: assignForm,
  contact_edit: editForm,
} as const satisfies Record<string, (card: ContactCard) => types.ModalView>

export async function changeForm(
  action: keyof typeof CHANGE_FORMS,
  id: number,
  { cardById }: Pick<ChangingDeps, 'cardById'>,
): Promise<Message | types.ModalView> {
  const card = await cardById(id)
  return card ? CHANGE_FORMS[action](card) : goneView()
}

export async function answered(
  { contact, until }: { readonly contact: number; readonly until: number },
  { userId, role }: Actor,
  deps: Pick<ChangingDeps, 'changes' | 'cardById' | 'now'>,
): Promise<Message> {
  return await changed('answered', contact, await deps.changes.markAnswered(contact, until, userId), deps, role)
}

export async function takenBack(
  changeId: number,
  { userId, role }: Actor,
  deps: Pick<ChangingDeps, 'cardById' | 'changes' | 'now'>,
): Promise<Message> {
  return await undoneView(await deps.changes.undo(changeId, userId), deps, role)
}

/** The card as it is after somebody took a change back, or why they could not. */
export async function undoneView(
  undoing: Undoing,
  { cardById, now }: Pick<ChangingDeps, 'cardById' | 'now'>,
  role: Role,
): Promise<Message> {
  if (undoing.kind === 'gone') return goneView()
  const card = await cardById(undoing.kind === 'changed' ? undoing.change.contactId : undoing.contactId)
  return card ? contactCardView(card, { news: { sentence: undoSentence(undoing) }, now: now(), role }) : goneView()
}
