import type { types } from '@slack/bolt'

import type { Alert } from '../../core/alerts/read-alert.ts'
import { context } from '../blocks.ts'
import { dateInput } from '../inputs.ts'
import type { FormId } from '../listeners.ts'
import { modal } from '../surfaces.ts'
import { whoIs } from './words.ts'

export interface LaterForm {
  readonly alert: Pick<Alert, 'conversation' | 'contact'>
  /** `YYYY-MM-DD`. */
  readonly initial: string
  /** Opened from what only one person sees. */
  readonly isPrivate: boolean
}

export function laterForm({ alert, initial, isPrivate }: LaterForm): types.ModalView {
  return modal({
    title: 'Later',
    submit: 'Remind me',
    close: 'Cancel',
    callbackId: 'alert_later' satisfies FormId,
    about: { conversation: alert.conversation, isPrivate },
    blocks: [
      context(whoIs(alert.contact)),
      dateInput({
        id: 'day',
        label: 'Remind me on',
        hint: 'At nine in the morning, in the thread of the alert. Until then nobody waits for an answer.',
        initial,
      }),
    ],
  })
}
