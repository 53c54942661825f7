import { z } from 'zod'
import { addressKey } from '../../address.ts'
import type { EmailStatus } from '../../email-status.ts'
import { CATALOGUE } from '../catalogue.ts'
import { checkStatus, createClient, read } from '../client.ts'
import { reasonOf } from '../normalise.ts'
import { type EmailVerdict, type Provider, ProviderError, type Terms, type Verdicts } from '../provider.ts'

// Enrichment sheet, section 5: a server of one's own, spoken to over HTTP.

const INFO = CATALOGUE.reacher
const NAME = INFO.name

const STATUSES: ReadonlyMap<string, EmailStatus> = new Map([
  ['safe', 'valid'],
  ['risky', 'risky'],
  ['invalid', 'invalid'],
  ['unknown', 'unknown'],
])

/** What speaks most against an address comes first. */
const REASONS: readonly (readonly [detail: string, applies: (result: Result) => boolean | null | undefined])[] = [
  ['disabled', ({ smtp }) => smtp?.is_disabled],
  ['disposable', ({ misc }) => misc?.is_disposable],
  ['catch_all', ({ smtp }) => smtp?.is_catch_all],
  ['full_inbox', ({ smtp }) => smtp?.has_full_inbox],
  ['role_account', ({ misc }) => misc?.is_role_account],
]

export function verdictOf(result: Result): EmailVerdict {
  const status = STATUSES.get(result.is_reachable)
  if (status === undefined) return { status: 'unknown', detail: reasonOf(result.is_reachable) }
  if (status === 'valid' && result.smtp?.is_catch_all) return { status: 'risky', detail: 'catch_all' }
  return { status, detail: REASONS.find(([, applies]) => applies(result))?.[0] ?? null }
}

const FLAG = z.boolean().nullish()

const Result = z.object({
  input: z.string().nullish(),
  is_reachable: z.string(),
  // Either may be an error instead, `{ type, message }`, and then has no flags.
  misc: z.object({ is_disposable: FLAG, is_role_account: FLAG }).nullish(),
  smtp: z.object({ is_catch_all: FLAG, has_full_inbox: FLAG, is_disabled: FLAG }).nullish(),
})
type Result = z.infer<typeof Result>

const TERMS: Terms = {
  provider: 'reacher',
  batchSize: 1,
  inFlight: 5,
  // Its own default for one IP address is 60 a minute; mail servers block those that ask more.
  rate: { limit: 54, intervalMs: 60_000 },
  credits: 0,
  isRepeatable: true,
}

/** It talks to the mail server while we wait. */
const TIMEOUT_MS = 60_000

export const reacher: Provider = {
  ...INFO,
  connect({ key, baseUrl, fetch }) {
    const headers: Readonly<Record<string, string>> = key ? { authorization: key } : {}
    const client = createClient({ fetch, baseUrl, headers, name: NAME, timeoutMs: TIMEOUT_MS })

    async function verify(addresses: readonly string[], signal: AbortSignal): Promise<Verdicts> {
      const [email, ...more] = addresses
      if (email === undefined || more.length > 0) throw new ProviderError('refused', `${NAME} takes one at a time`)
      const reply = await client.post('/v1/check_email', { body: { to_email: email }, signal })
      checkStatus(reply, NAME)
      const result = read(reply, Result, NAME)
      const isAboutIt = !result.input || addressKey(result.input) === addressKey(email)
      return {
        verdicts: [isAboutIt ? verdictOf(result) : { status: 'unknown', detail: 'another_address' }],
        credits: 0,
        creditsLeft: null,
        requestId: null,
      }
    }

    return { verifier: { kind: 'verifier', terms: TERMS, verify } }
  },
}
