import type { WebhookProvider } from '../provider.ts'
import { generic } from './generic.ts'
import { mailgun } from './mailgun.ts'
import { postmark } from './postmark.ts'
import { resend } from './resend.ts'
import { sendgrid } from './sendgrid.ts'

export const providers: readonly WebhookProvider[] = [sendgrid, mailgun, postmark, resend, generic]
