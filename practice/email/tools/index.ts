import type { Tool } from '../tool.ts'
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
import { ses } from './ses.ts'
import { smartlead } from './smartlead.ts'
import { sparkpost } from './sparkpost.ts'
import { woodpecker } from './woodpecker.ts'

/** In the order of the page. */
export const TOOLS: readonly Tool[] = [
  sendgrid,
  mailgun,
  postmark,
  resend,
  generic,
  ses,
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
]

export function toolById(id: string): Tool {
  const tool = TOOLS.find((known) => known.id === id)
  if (!tool) throw new Error(`there is no e-mail tool ${id}; there are ${TOOLS.map((known) => known.id).join(', ')}`)
  return tool
}
