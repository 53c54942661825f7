import { type Api, type Circumstances, json, parsed, textIn } from '../api.ts'
import type { Mailbox } from '../mailboxes.ts'

/** Enrichment sheet, section 5: a service of one's own, which asks the mail server itself. */
export const reacher: Api = {
  id: 'reacher',
  name: 'Reacher',
  basePath: '',
  isSelfHosted: true,
  start: (circumstances) => (request) => {
    const now = circumstances()
    if (now.mood.rateLimited) return json(429, { error: 'Too many requests' })
    if (request.method !== 'POST' || request.path !== '/v1/check_email') return json(404, { error: 'Not found' })
    const email = textIn(parsed(request.body) ?? {}, 'to_email')
    if (!email) return json(400, { error: 'to_email is missing' })
    return json(200, checkOf(now.about(email), now))
  },
}

const REACHABLE: Readonly<Record<Mailbox, 'safe' | 'risky' | 'invalid' | 'unknown'>> = {
  works: 'safe',
  webmail: 'safe',
  role: 'risky',
  catch_all: 'risky',
  greylisted: 'unknown',
  gone: 'invalid',
  disposable: 'risky',
  unheard_of: 'unknown',
  malformed: 'invalid',
}

function checkOf(email: string, { mailboxOf }: Circumstances): object {
  const mailbox = mailboxOf(email)
  const [username = '', domain = ''] = email.split('@')
  const hasServer = mailbox !== 'unheard_of' && mailbox !== 'malformed'
  return {
    input: email,
    is_reachable: REACHABLE[mailbox],
    misc: {
      is_disposable: mailbox === 'disposable',
      is_role_account: mailbox === 'role',
      is_b2c: mailbox === 'webmail',
    },
    mx: { accepts_mail: hasServer, records: hasServer ? [`mx.${domain}.`] : [] },
    smtp: {
      can_connect_smtp: hasServer,
      has_full_inbox: false,
      is_catch_all: mailbox === 'catch_all',
      is_deliverable: hasServer && mailbox !== 'gone' && mailbox !== 'greylisted',
      is_disabled: false,
    },
    syntax: { address: email, domain, username, is_valid_syntax: mailbox !== 'malformed' },
  }
}
