import type { types } from '@slack/bolt'

import type { Mailbox } from '../../core/mailbox.ts'
import { emailInput, textInput } from '../inputs.ts'
import type { FormId } from '../listeners.ts'
import { modal } from '../surfaces.ts'

export function addContactForm({ email, firstName, lastName }: Partial<Mailbox> = {}): types.ModalView {
  return modal({
    title: 'Add a contact',
    submit: 'Add',
    close: 'Cancel',
    callbackId: 'add_contact' satisfies FormId,
    blocks: [
      emailInput({
        id: 'email',
        label: 'E-mail',
        initial: email,
        placeholder: 'ada@example.com',
        focus: !email,
      }),
      textInput({ id: 'first_name', label: 'First name', initial: firstName, max: 100, optional: true }),
      textInput({ id: 'last_name', label: 'Last name', initial: lastName, max: 100, optional: true }),
      textInput({ id: 'company', label: 'Company', max: 200, optional: true }),
      textInput({ id: 'title', label: 'Job title', max: 200, optional: true }),
      textInput({ id: 'tags', label: 'Tags', hint: 'With commas between them', max: 500, optional: true }),
    ],
  })
}
