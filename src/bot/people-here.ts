import type { ContactCard } from '../core/contact-card.ts'
import type { Holder } from '../core/contacts-at.ts'
import type { Logger } from '../core/logger.ts'
import type { Actor } from './actor.ts'
import type { Message } from './blocks.ts'
import { addressesIn, type Wire } from './message-addresses.ts'
import { type Chosen, peopleOf } from './people.ts'
import { may } from './permissions.ts'
import type { Person } from './roles.ts'
import { contactCardView } from './views/contact-card.ts'
import { peopleHereView } from './views/people-here.ts'

export interface PeopleHereDeps {
  /** Who of the CRM is at these addresses, in their order. */
  readonly contactsAt: (addresses: readonly string[]) => Promise<readonly Holder[]>
  /** What Slack says of somebody, or undefined where it knows nobody of that id. */
  readonly person: (userId: string) => Promise<Person | undefined>
  readonly cardById: (id: number) => Promise<ContactCard | undefined>
  readonly addContact: (address: string, byUser: string) => Promise<ContactCard>
  /** UTC milliseconds. */
  readonly now: () => number
}

/** A message, and the workspace in which somebody asks. */
export interface Here {
  readonly message: Wire & { readonly user?: string | undefined; readonly bot_id?: string | undefined }
  readonly team: string | undefined
}

/** The people of a message, or the card of the only one. */
export async function answerPeopleHere(
  { message, team }: Here,
  actor: Actor,
  deps: PeopleHereDeps & { readonly log: Logger },
): Promise<Message> {
  const { contactsAt, cardById, now } = deps
  const author = message.user && !message.bot_id ? await authorOf(message.user, team, deps) : NOBODY
  const isShown = author.address !== null && (!author.isColleague || (await isKnown(author.address, deps)))
  const people = peopleOf(addressesIn(message), { ...author, author: isShown ? author.address : null })
  const holders = await contactsAt(people.addresses)
  const [only, second] = holders
  const card = only?.contact && !second ? await cardById(only.contact.id) : undefined
  if (card) return contactCardView(card, { now: now(), role: actor.role })
  return peopleHereView(people, holders, { mayAdd: mayAdd(actor) })
}

/** The same people once one of them was added. */
export async function addedHere({ people, address }: Chosen, actor: Actor, deps: PeopleHereDeps): Promise<Message> {
  await deps.addContact(address, actor.userId)
  const holders = await deps.contactsAt(people.addresses)
  return peopleHereView(people, holders, { mayAdd: mayAdd(actor), added: address })
}

function mayAdd({ role }: Actor): boolean {
  return may(role, 'member')
}

interface Author {
  readonly address: string | null
  /** True where Slack has an address that the app may not see. */
  readonly isAuthorHidden: boolean
  /** A member of our own workspace, who is of interest only as a contact. */
  readonly isColleague: boolean
}

const NOBODY: Author = { address: null, isAuthorHidden: false, isColleague: false }

/** Whoever wrote the message. Without an answer of Slack the addresses in the message are still worth showing. */
async function authorOf(
  userId: string,
  team: string | undefined,
  { person, log }: PeopleHereDeps & { readonly log: Logger },
): Promise<Author> {
  try {
    const found = await person(userId)
    if (!found || found.is_bot || found.is_workflow_bot) return NOBODY
    const address = found.profile?.email || null
    const isGuest = found.is_restricted || found.is_ultra_restricted || found.is_stranger
    return { address, isAuthorHidden: address === null, isColleague: found.team_id === team && !isGuest }
  } catch (error) {
    log.warn('Slack did not say who wrote a message', { error })
    return NOBODY
  }
}

async function isKnown(address: string, { contactsAt }: PeopleHereDeps): Promise<boolean> {
  return (await contactsAt([address])).some(({ contact }) => contact)
}
