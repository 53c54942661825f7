import type { types } from '@slack/bolt'

import { section } from '../blocks.ts'
import { mrkdwn } from '../mrkdwn.ts'

/** What to do with an empty CRM: the first of these makes the others unnecessary. */
export function firstSteps(): types.KnownBlock[] {
  return [
    section(mrkdwn`*Connect an e-mail tool*
1. Give the server the tool's secret, for example \`SENDGRID_WEBHOOK_SECRET\`, and restart it.
2. In the tool, let it send webhooks to your server, like \`https://touchpoint.example.com/webhooks/sendgrid\`.
3. Send yourself a mail. It appears here, and its recipient becomes a contact.`),
    section(mrkdwn`*Or start with people*
\`/crm import\` takes a CSV of any tool, or addresses that you paste. \`/crm add\` takes one person.`),
  ]
}
