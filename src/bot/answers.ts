import type { types } from '@slack/bolt'

import type { ContactCard, LookupResult } from '../core/contact-card.ts'
import type { Finding } from '../core/finding.ts'
import type { Logger } from '../core/logger.ts'
import type { Statistics } from '../core/statistics.ts'
import type { Actor } from './actor.ts'
import type { Message } from './blocks.ts'
import { type Period, parseCommand } from './command.ts'
import { failureView } from './failure.ts'
import type { FormId, Press } from './listeners.ts'
import { addContactForm } from './views/add-contact-form.ts'
import { contactCardView } from './views/contact-card.ts'
import { healthView } from './views/health.ts'
import { helpView, unavailableView } from './views/help.ts'
import { importForm } from './views/import-form.ts'
import { nearMissesView } from './views/near-misses.ts'
import { goneView } from './views/problem.ts'
import { statsView } from './views/stats.ts'

export interface AnswerDeps {
  readonly lookup: (who: string) => Promise<LookupResult>
  readonly cardById: (id: number) => Promise<ContactCard | undefined>
  readonly addContact: (address: string, byUser: string) => Promise<ContactCard>
  readonly statistics: (days: Period) => Promise<Statistics>
  readonly health: () => Promise<readonly Finding[]>
}

/** Something to read, or a form to fill in. */
export type Answer = Message | types.ModalView

export function isForm(answer: Answer): answer is types.ModalView {
  return 'type' in answer
}

export interface Said {
  readonly answer: Answer
  /** False for a sentence on why there is no answer. */
  readonly isAnswer: boolean
}

/** The answer, or a sentence on why there is none; never an error. */
export async function saying(answer: () => Promise<Answer>, log: Logger): Promise<Said> {
  try {
    return { answer: await answer(), isAnswer: true }
  } catch (error) {
    return { answer: failureView(error, 'a Slack command failed', log), isAnswer: false }
  }
}

const NEW_FORMS: Readonly<Record<FormId, () => types.ModalView>> = {
  add_contact: addContactForm,
  import_contacts: importForm,
}

/** What the answer to a button is called where it stands in a modal. */
export const TITLES: Readonly<Record<Press['action'], string>> = {
  contact_lookup: 'Contact',
  contact_open: 'Contact',
  contact_add: 'Contact',
  stats_period: 'Statistics',
  open_form: 'Touchpoint',
}

/** Throws `InvalidInputError` where the text says too little. Forms need no data and are there at once. */
export async function answerCommand(text: string, { lookup, statistics, health }: AnswerDeps): Promise<Answer> {
  const command = parseCommand(text)
  switch (command.kind) {
    case 'help':
      return helpView()
    case 'unavailable':
      return unavailableView(command.word)
    case 'add':
      return addContactForm(command.person)
    case 'import':
      return importForm()
    case 'stats':
      return statsView(await statistics(command.days))
    case 'health':
      return healthView(await health())
    case 'lookup': {
      const result = await lookup(command.who)
      return result.kind === 'found' ? contactCardView(result.card) : nearMissesView(command.who, result)
    }
  }
}

export async function answerPress(
  press: Press,
  actor: Actor,
  { cardById, addContact, statistics }: AnswerDeps,
): Promise<Answer> {
  switch (press.action) {
    case 'contact_lookup':
    case 'contact_open': {
      const card = await cardById(press.value)
      return card ? contactCardView(card) : goneView()
    }
    case 'contact_add':
      return contactCardView(await addContact(press.value, actor.userId), { added: true })
    case 'stats_period':
      return statsView(await statistics(press.value))
    case 'open_form':
      return NEW_FORMS[press.value]()
  }
}
