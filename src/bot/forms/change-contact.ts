import { z } from 'zod'

import { type ContactAction, PROFILE_FIELDS } from '../../core/changes/change.ts'
import type { Outcome } from '../../core/changes/change-contact.ts'
import type { Actor } from '../actor.ts'
import { assigned, type ChangingDeps, changed } from '../changing.ts'
import type { ContactFormId } from '../listeners.ts'
import { asSeen, profileForm, tagId } from '../views/change-forms.ts'
import { goneView } from '../views/problem.ts'
import {
  choiceInput,
  choicesInput,
  lineInput,
  memberInput,
  type Submission,
  type Submit,
  type Submitted,
  textInput,
} from './form.ts'

export type ChangeContactDeps = Pick<ChangingDeps, 'cardById' | 'changes' | 'now' | 'standing'>

const About = z.object({ contact: z.int().positive() })

const NoteValues = z.object({ note: textInput })
const TagValues = z.object({ add: lineInput, remove: choicesInput })
const StatusValues = z.object({ status: choiceInput })
const AssignValues = z.object({ owner: memberInput })

const fields = { firstName: lineInput, lastName: lineInput, company: lineInput, title: lineInput }
const EditValues = z.object(fields)
const word = z.string().nullable()
const EditAbout = About.extend({ seen: z.object({ firstName: word, lastName: word, company: word, title: word }) })

const DECISIONS = { converted: 'converted', disqualified: 'disqualified', open: null } as const

const Decided = z.enum(['converted', 'disqualified', 'open'])

/** What the forms of a contact's card do when they are sent off. */
export function changeContactSubmits(deps: ChangeContactDeps): Readonly<Record<ContactFormId, Submit>> {
  const { cardById, changes } = deps

  async function answer(action: ContactAction, id: number, outcome: Outcome, { role }: Actor): Promise<Submitted> {
    return { kind: 'answer', answer: await changed(action, id, outcome, deps, role) }
  }

  return {
    async note_contact({ actor, about, values }) {
      const { contact } = About.parse(about)
      const { note } = NoteValues.parse(values)
      return await answer('note', contact, await changes.addNote(contact, note, actor.userId), actor)
    },
    async tag_contact({ actor, about, values }) {
      const { contact } = About.parse(about)
      const { add, remove } = TagValues.parse(values)
      if (!add && remove.length === 0) return wrong('add', 'Type a tag here, or choose one to take off.')
      const card = await cardById(contact)
      const unwanted = (card?.tags ?? []).filter((tag) => remove.includes(tagId(tag)))
      const change = { add: add ?? '', remove: unwanted }
      return await answer('tags', contact, await changes.changeTags(contact, change, actor.userId), actor)
    },
    async status_contact({ actor, about, values }) {
      const { contact } = About.parse(about)
      const decided = Decided.safeParse(StatusValues.parse(values).status).data
      if (!decided) return wrong('status', 'Choose one of these.')
      return await answer('status', contact, await changes.setStatus(contact, DECISIONS[decided], actor.userId), actor)
    },
    async assign_contact({ actor, about, values }) {
      const { contact } = About.parse(about)
      const { owner } = AssignValues.parse(values)
      return { kind: 'answer', answer: await assigned(contact, owner, actor, deps) }
    },
    async edit_contact({ actor, about, values }: Submission) {
      const { contact, seen } = EditAbout.parse(about)
      const entered = EditValues.parse(values)
      const edits = Object.fromEntries(
        PROFILE_FIELDS.map((field) => [field, { seen: seen[field], wanted: entered[field] }]),
      )
      const outcome = await changes.editProfile(contact, edits, actor.userId, asSeen)
      if (outcome.kind !== 'conflict') return await answer('profile', contact, outcome, actor)
      const card = await cardById(contact)
      if (!card) return { kind: 'answer', answer: goneView() }
      // Of the other fields what was seen stays, or what others made of them would count as entered here.
      const told = Object.fromEntries(outcome.conflicts.map(({ field, now }) => [field, asSeen(now, field)]))
      const draft = { seen: { ...seen, ...told }, entered, conflicts: outcome.conflicts }
      return { kind: 'show', view: profileForm(card, draft) }
    },
  }
}

function wrong(input: string, sentence: string): Submitted {
  return { kind: 'errors', errors: { [input]: sentence } }
}
