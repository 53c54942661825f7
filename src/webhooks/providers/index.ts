import type { WebhookProvider } from '../provider.ts'
import { brevo } from './brevo.ts'
import { customerio } from './customerio.ts'
import { generic } from './generic.ts'
import { instantly } from './instantly.ts'
import { lemlist } from './lemlist.ts'
import { mailersend } from './mailersend.ts'
import { mailgun } from './mailgun.ts'
import { mailjet } from './mailjet.ts'
import { mailtrap } from './mailtrap.ts'
import { mandrill } from './mandrill.ts'
import { postal } from './postal.ts'
import { postmark } from './postmark.ts'
import { replyio } from './replyio.ts'
import { resend } from './resend.ts'
import { sendgrid } from './sendgrid.ts'
import { createSes } from './ses.ts'
import { smartlead } from './smartlead.ts'
import { sparkpost } from './sparkpost.ts'
import { woodpecker } from './woodpecker.ts'

/** What some providers need of the world. */
export interface ProviderSurroundings {
  readonly fetch: typeof fetch
}

export function createProviders({ fetch }: ProviderSurroundings): readonly WebhookProvider[] {
  return [
    sendgrid,
    mailgun,
    postmark,
    createSes({ fetch }),
    resend,
    brevo,
    mailjet,
    mandrill,
    sparkpost,
    mailersend,
    postal,
    mailtrap,
    customerio,
    instantly,
    smartlead,
    lemlist,
    replyio,
    woodpecker,
    generic,
  ]
}

/** The providers as data, for whoever only asks what they are called and how they are configured. */
export const providers: readonly Pick<
  WebhookProvider,
  'id' | 'name' | 'variable' | 'signs' | 'proof' | 'marks' | 'secretProblem'
>[] = createProviders({ fetch: () => Promise.reject(new Error('a list of providers has no network')) })
