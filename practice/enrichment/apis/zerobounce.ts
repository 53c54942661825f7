import { type Api, type ApiAnswer, type Circumstances, json, parsed, recordOf, textIn } from '../api.ts'
import type { Mailbox } from '../mailboxes.ts'
import { FixedWindow } from '../windows.ts'

const CREDITS = 20_000
const MAX_BATCH = 200
const BATCHES_PER_MINUTE = 20
/** So many bad requests in a minute close the door for an hour. */
const BAD_PER_MINUTE = 100
const BLOCK_MS = 60 * 60_000

/** Enrichment sheet, section 5: what is refused is a 200 with an `error`. */
export const zerobounce: Api = {
  id: 'zerobounce',
  name: 'ZeroBounce',
  basePath: '/v2',
  start(circumstances) {
    const batches = new FixedWindow(60_000, BATCHES_PER_MINUTE)
    const bad = new FixedWindow(60_000, BAD_PER_MINUTE - 1)
    let blockedUntil = Number.NEGATIVE_INFINITY
    let credits = CREDITS

    function validate(emails: readonly string[], now: Circumstances, at: number): readonly Validation[] | undefined {
      if (now.mood.outOfCredits || emails.length > credits) return undefined
      const validations = emails.map((email) => validationOf(now.about(email), now, at))
      // What could not be told is not billed.
      credits -= validations.filter(({ status }) => status !== 'unknown').length
      return validations
    }

    function single(email: string | null, now: Circumstances, at: number): ApiAnswer {
      if (!email) return json(200, { error: 'Missing parameter: email.' })
      return json(200, validate([email], now, at)?.[0] ?? { error: REFUSED })
    }

    function batch(emails: readonly string[], now: Circumstances, at: number): ApiAnswer {
      if (emails.length === 0) return refusedWhole('Missing parameter: email_batch.')
      if (emails.length > MAX_BATCH) return refusedWhole(`email_batch may hold ${MAX_BATCH} addresses at most.`)
      const validations = validate(emails, now, at)
      return validations ? json(200, { email_batch: validations, errors: [] }) : refusedWhole(REFUSED)
    }

    return ({ method, path, query, body, at }) => {
      const now = circumstances()
      const posted = parsed(body) ?? {}
      const isBatch = method === 'POST' && path === '/validatebatch'
      const isKnown = now.accepts(isBatch ? textIn(posted, 'api_key') : query.get('api_key'))
      if (!isKnown && !bad.take(at)) blockedUntil = at + BLOCK_MS
      const isBusy = isKnown && isBatch && !batches.take(at)
      if (now.mood.rateLimited || at < blockedUntil || isBusy) return json(429, { error: 'Too many requests.' })
      if (method === 'GET' && path === '/getcredits') {
        return json(200, { Credits: isKnown ? String(now.mood.outOfCredits ? 0 : credits) : '-1' })
      }
      if (isBatch) return isKnown ? batch(emailsIn(posted.email_batch), now, at) : refusedWhole(REFUSED)
      if (!isKnown) return json(200, { error: REFUSED })
      if (method === 'GET' && path === '/validate') return single(query.get('email'), now, at)
      return json(404, { error: 'Not found.' })
    }
  },
}

/** One sentence for both; `/getcredits` tells them apart. */
const REFUSED = 'Invalid API Key or your account ran out of credits'

function refusedWhole(error: string): ApiAnswer {
  return json(200, { email_batch: [], errors: [{ error, email_address: 'all' }] })
}

function emailsIn(batch: unknown): string[] {
  const entries = Array.isArray(batch) ? batch : []
  return entries.flatMap((entry) => textIn(recordOf(entry) ?? {}, 'email_address') ?? [])
}

const STATUSES: Readonly<Record<Mailbox, readonly [status: string, subStatus: string]>> = {
  works: ['valid', ''],
  webmail: ['valid', ''],
  role: ['do_not_mail', 'role_based'],
  catch_all: ['catch-all', ''],
  greylisted: ['unknown', 'greylisted'],
  gone: ['invalid', 'mailbox_not_found'],
  disposable: ['do_not_mail', 'disposable'],
  unheard_of: ['unknown', 'timeout_exceeded'],
  malformed: ['invalid', 'failed_syntax_check'],
}

/** What newer accounts are told of a server that takes any name. */
const ACCEPT_ALL = ['valid', 'accept_all'] as const
const ACCEPT_ALL_DOMAIN = 'tamarindstreet.example'

interface Validation {
  readonly address: string
  readonly status: string
  readonly sub_status: string
}

function validationOf(email: string, { mailboxOf }: Circumstances, at: number): Validation {
  const mailbox = mailboxOf(email)
  const [account = '', domain = ''] = email.toLowerCase().split('@')
  const isAcceptAll = mailbox === 'catch_all' && domain === ACCEPT_ALL_DOMAIN
  const [status, sub_status] = isAcceptAll ? ACCEPT_ALL : STATUSES[mailbox]
  const hasServer = mailbox !== 'unheard_of' && mailbox !== 'malformed'
  const told = {
    free_email: mailbox === 'webmail',
    did_you_mean: null,
    account,
    domain,
    domain_age_days: null,
    smtp_provider: null,
    mx_found: String(hasServer),
    mx_record: hasServer ? `mx.${domain}` : null,
    firstname: null,
    lastname: null,
    gender: null,
    country: null,
    region: null,
    city: null,
    zipcode: null,
    processed_at: new Date(at).toISOString().replace('T', ' ').replace('Z', ''),
  }
  return { address: email, status, sub_status, ...told }
}
