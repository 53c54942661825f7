import { z } from 'zod'

import type { NewContact } from '../../core/add-contact.ts'
import { parseAddress } from '../../core/address.ts'
import type { ContactCard } from '../../core/contact-card.ts'
import { parseTags } from '../../core/tags.ts'
import { messageModal } from '../surfaces.ts'
import { contactCardView } from '../views/contact-card.ts'
import { lineInput, type Submit } from './form.ts'

export interface AddContactDeps {
  /** `isNew` is false where the contact was there before; it is left as it is. */
  readonly addNewContact: (address: string, profile: NewContact, byUser: string) => Promise<AddedContact>
}

export interface AddedContact {
  readonly isNew: boolean
  readonly card: ContactCard
}

const Values = z.object({
  email: lineInput,
  first_name: lineInput,
  last_name: lineInput,
  company: lineInput,
  title: lineInput,
  tags: lineInput,
})

export function addContactSubmit({ addNewContact }: AddContactDeps): Submit {
  return async ({ actor, values }) => {
    const { email, first_name: firstName, last_name: lastName, company, title, tags } = Values.parse(values)
    const address = parseAddress(email ?? '')
    if (!address) return wrong('This is not an e-mail address. It has to look like ada@example.com.')
    const profile = { firstName, lastName, company, title, tags: parseTags(tags ?? '') }
    const { isNew, card } = await addNewContact(address, profile, actor.userId)
    if (!isNew) return wrong(`Already in the CRM, and not changed. Close this and type /crm lookup ${card.email}`)
    return {
      kind: 'show',
      view: messageModal('Added', contactCardView(card, { added: true, role: actor.role })),
    }
  }
}

function wrong(email: string) {
  return { kind: 'errors', errors: { email } } as const
}
