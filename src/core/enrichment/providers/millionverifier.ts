import { z } from 'zod'
import { addressKey } from '../../address.ts'
import { CATALOGUE } from '../catalogue.ts'
import { checkStatus, createClient, MEANING, type Reply, read, readOr } from '../client.ts'
import { reasonOf } from '../normalise.ts'
import {
  type EmailVerdict,
  type Provider,
  ProviderError,
  type Terms,
  type Trouble,
  type Verdicts,
} from '../provider.ts'

// Enrichment sheet, section 5.

const INFO = CATALOGUE.millionverifier
const NAME = INFO.name

/** A null detail is told by the sub-result. */
const RESULTS: ReadonlyMap<string, EmailVerdict> = new Map([
  ['ok', { status: 'valid', detail: null }],
  ['catch_all', { status: 'risky', detail: 'catch_all' }],
  ['disposable', { status: 'invalid', detail: 'disposable' }],
  ['invalid', { status: 'invalid', detail: null }],
  ['unknown', { status: 'unknown', detail: null }],
])

export function verdictOf({ result, subresult, error }: Omit<Result, 'credits'>): EmailVerdict {
  const reason = reasonOf(subresult)
  const verdict = RESULTS.get(result)
  if (!verdict) return { status: 'unknown', detail: reasonOf(error) ?? reasonOf(`${result} ${subresult ?? ''}`) }
  // An `ok` beside an `ok` gives no reason.
  return { status: verdict.status, detail: verdict.detail ?? (reason === result ? null : reason) }
}

const Result = z.object({
  email: z.string().nullish(),
  result: z.string(),
  subresult: z.string().nullish(),
  error: z.string().nullish(),
  credits: z.number().nullish(),
})
type Result = z.infer<typeof Result>

/** A wrong key comes with 200, too. */
const Fault = z.object({ result: z.literal('error').optional(), error: z.string().min(1) })

const TERMS: Terms = {
  provider: 'millionverifier',
  batchSize: 1,
  inFlight: 5,
  // It publishes no limit: a modest one of our own.
  rate: { limit: 18, intervalMs: 1000 },
  credits: 1,
  isRepeatable: false,
}

/** How long it may ask the mailbox, in seconds, from 2 to 60; less than our own patience. */
const TIMEOUT = '20'

export const millionverifier: Provider = {
  ...INFO,
  connect({ key, baseUrl, fetch }) {
    const client = createClient({ fetch, baseUrl, headers: {}, name: NAME })

    async function verify(addresses: readonly string[], signal: AbortSignal): Promise<Verdicts> {
      const [email, ...more] = addresses
      if (email === undefined || more.length > 0) throw new ProviderError('refused', `${NAME} takes one at a time`)
      // The key can only travel in the query, so nothing may log this URL.
      const reply = await client.get('/', { query: { api: key, email, timeout: TIMEOUT }, signal })
      check(reply)
      const result = read(reply, Result, NAME)
      const isAboutIt = !result.email || addressKey(result.email) === addressKey(email)
      return {
        verdicts: [isAboutIt ? verdictOf(result) : { status: 'unknown', detail: 'another_address' }],
        credits: null,
        creditsLeft: result.credits ?? null,
        requestId: null,
      }
    }

    return { verifier: { kind: 'verifier', terms: TERMS, verify } }
  },
}

function check(reply: Reply): void {
  const failure = reply.status === 200 || reply.status === 400 ? readOr(reply, Fault, null) : null
  const trouble = failure && troubleIn(failure.error)
  if (trouble) throw new ProviderError(trouble, `${NAME}: ${MEANING[trouble]}`)
  checkStatus(reply, NAME)
}

/** Other texts are about the address. */
function troubleIn(text: string): Trouble | null {
  if (/credit/i.test(text)) return 'out_of_credits'
  return /api[\s_-]?key/i.test(text) ? 'auth_failed' : null
}
