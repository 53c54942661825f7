import { type Api, type ApiAnswer, json } from '../api.ts'
import type { Mailbox } from '../mailboxes.ts'

const CREDITS = 20_000

/** Enrichment sheet, section 5: one path, and whatever is wrong is a 200. */
export const millionverifier: Api = {
  id: 'millionverifier',
  name: 'MillionVerifier',
  basePath: '/api/v3',
  start(circumstances) {
    let credits = CREDITS
    return ({ method, path, query }) => {
      const now = circumstances()
      if (method !== 'GET' || path !== '/') return json(404, { error: 'not found' })
      const asked = query.get('email')?.trim() ?? ''
      const failed = (error: string) => answer({ email: asked, result: 'error', subresult: '', error, credits: 0 })
      if (now.mood.rateLimited) return json(429, { error: 'too many requests' })
      if (!now.accepts(query.get('api'))) return failed('apikey not found')
      if (now.mood.outOfCredits || credits < 1) return failed('insufficient credits')
      if (!asked) return failed('email is missing')
      const email = now.about(asked)
      const mailbox = now.mailboxOf(email)
      const [result, subresult] = RESULTS[mailbox]
      // What could not be told is not billed.
      if (result !== 'unknown') credits -= 1
      const isFree = mailbox === 'webmail'
      return answer({ email, result, subresult, free: isFree, role: mailbox === 'role', credits })
    }
  },
}

type Result = 'ok' | 'catch_all' | 'unknown' | 'error' | 'disposable' | 'invalid'

const CODES: Readonly<Record<Result, number>> = {
  ok: 1,
  catch_all: 2,
  unknown: 3,
  error: 4,
  disposable: 5,
  invalid: 6,
}

const QUALITIES: Readonly<Record<Result, string>> = {
  ok: 'good',
  catch_all: 'risky',
  unknown: 'risky',
  error: '',
  disposable: 'bad',
  invalid: 'bad',
}

/** It comes again where it is asked to, and so knows of servers that others give up on. */
const RESULTS: Readonly<Record<Mailbox, readonly [result: Result, subresult: string]>> = {
  works: ['ok', 'ok'],
  webmail: ['ok', 'ok'],
  role: ['ok', 'ok'],
  catch_all: ['catch_all', 'catch_all'],
  greylisted: ['ok', 'ok'],
  gone: ['invalid', 'mailbox_not_found'],
  disposable: ['disposable', 'disposable'],
  unheard_of: ['unknown', 'timeout'],
  malformed: ['invalid', 'syntax'],
}

interface Verdict {
  readonly email: string
  readonly result: Result
  readonly subresult: string
  readonly free?: boolean
  readonly role?: boolean
  readonly credits: number
  readonly error?: string
}

function answer({ email, result, subresult, free = false, role = false, credits, error = '' }: Verdict): ApiAnswer {
  return json(200, {
    email,
    quality: QUALITIES[result],
    result,
    resultcode: CODES[result],
    subresult,
    free,
    role,
    didyoumean: '',
    credits,
    executiontime: 1,
    error,
    livemode: true,
  })
}
