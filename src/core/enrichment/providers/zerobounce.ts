import { z } from 'zod'
import { addressKey } from '../../address.ts'
import { CATALOGUE } from '../catalogue.ts'
import { type Client, checkStatus, createClient, MEANING, type Reply, read, readOr } from '../client.ts'
import { reasonOf } from '../normalise.ts'
import { type EmailVerdict, type Provider, ProviderError, type Terms, type Verdicts } from '../provider.ts'

// Enrichment sheet, section 5.

const INFO = CATALOGUE.zerobounce
const NAME = INFO.name

/** What a status says, whatever stands beside it; a null detail is told by the sub-status. */
const STATUSES: ReadonlyMap<string, EmailVerdict> = new Map([
  ['valid', { status: 'valid', detail: null }],
  ['catch-all', { status: 'risky', detail: 'catch_all' }],
  ['abuse', { status: 'risky', detail: 'abuse' }],
  ['invalid', { status: 'invalid', detail: null }],
  ['spamtrap', { status: 'invalid', detail: 'spamtrap' }],
  ['possible_trap', { status: 'invalid', detail: 'spamtrap' }],
  ['unknown', { status: 'unknown', detail: null }],
])

/** These two statuses mean something only together with their sub-status. */
const READ_AS_PAIR: readonly string[] = ['valid', 'do_not_mail']

const PAIRS: ReadonlyMap<string, EmailVerdict> = new Map([
  ['accept_all', { status: 'risky', detail: 'catch_all' }],
  ['role_based', { status: 'risky', detail: 'role_account' }],
  ['role_based_accept_all', { status: 'risky', detail: 'catch_all' }],
  ['role_based_catch_all', { status: 'risky', detail: 'catch_all' }],
  ['global_suppression', { status: 'risky', detail: 'global_suppression' }],
  ['toxic', { status: 'risky', detail: 'toxic' }],
  ['disposable', { status: 'invalid', detail: 'disposable' }],
  ['possible_trap', { status: 'invalid', detail: 'spamtrap' }],
])

export function verdictOf({ status, sub_status }: Pick<Result, 'status' | 'sub_status'>): EmailVerdict {
  const reason = reasonOf(sub_status)
  const pair = READ_AS_PAIR.includes(status) ? PAIRS.get(reason ?? '') : undefined
  const verdict = pair ?? STATUSES.get(status)
  if (!verdict) return { status: 'unknown', detail: reasonOf(`${status} ${sub_status ?? ''}`) }
  return { status: verdict.status, detail: verdict.detail ?? reason }
}

const Result = z.object({ address: z.string(), status: z.string(), sub_status: z.string().nullish() })
type Result = z.infer<typeof Result>

const Fault = z.object({ error: z.union([z.string().min(1), z.array(z.string()).min(1)]) })

const Batch = z.object({
  // One result that cannot be read costs only itself.
  email_batch: z.array(Result.nullable().catch(null)),
  errors: z.array(z.object({ error: z.string(), email_address: z.string() })).nullish(),
})

const Credits = z.object({ Credits: z.union([z.number(), z.string().regex(/^-?\d+$/)]) })

const TERMS: Terms = {
  provider: 'zerobounce',
  // It takes up to 200; of fewer, fewer are lost with an answer.
  batchSize: 100,
  inFlight: 5,
  // 20 batches a minute, or it blocks for ten (zerobounce.net/docs/api-dashboard/api-rate-limits).
  rate: { limit: 18, intervalMs: 60_000 },
  credits: 1,
  isRepeatable: false,
  billsFaults: true,
}

/** Its page about batches says up to 70 s. */
const TIMEOUT_MS = 90_000

export const zerobounce: Provider = {
  ...INFO,
  connect({ key, baseUrl, fetch }) {
    const client = createClient({ fetch, baseUrl, headers: {}, name: NAME, timeoutMs: TIMEOUT_MS })

    async function verify(addresses: readonly string[], signal: AbortSignal): Promise<Verdicts> {
      const [only] = addresses
      return only !== undefined && addresses.length === 1
        ? verdictsOf(addresses, [await checkOne(only, signal)], new Map())
        : await checkBatch(addresses, signal)
    }

    async function checkOne(email: string, signal: AbortSignal): Promise<Result> {
      const reply = await client.get('/validate', { query: { api_key: key, email, ip_address: '' }, signal })
      await check(reply, signal)
      return read(reply, Result, NAME)
    }

    async function checkBatch(addresses: readonly string[], signal: AbortSignal): Promise<Verdicts> {
      const email_batch = addresses.map((email_address) => ({ email_address, ip_address: null }))
      const reply = await client.post('/validatebatch', { body: { api_key: key, email_batch }, signal })
      await check(reply, signal)
      const { email_batch: results, errors } = read(reply, Batch, NAME)
      const told = new Map((errors ?? []).map(({ email_address, error }) => [addressKey(email_address), error]))
      const [first] = told.values()
      // Whatever else was checked is paid for and kept.
      if (results.length === 0 && first !== undefined && meansTheAccount(first)) throw await fault(first, signal)
      return verdictsOf(addresses, results, told)
    }

    async function check(reply: Reply, signal: AbortSignal): Promise<void> {
      // Failures come with 200, and with 400 from some of its hosts.
      const failure = reply.status === 200 || reply.status === 400 ? readOr(reply, Fault, null) : null
      if (failure) throw await fault([failure.error].flat().join(' '), signal)
      checkStatus(reply, NAME)
    }

    async function fault(text: string, signal: AbortSignal): Promise<ProviderError> {
      const [isKey, isCredits] = [KEY_WORDS.test(text), CREDIT_WORDS.test(text)]
      // One text stands for both: "Invalid API Key or your account ran out of credits".
      if (isKey && isCredits) {
        const creditsLeft = await creditsOf(client, key, signal)
        return creditsLeft === null ? failed('auth_failed') : failed('out_of_credits', creditsLeft)
      }
      if (isKey) return failed('auth_failed')
      return failed(isCredits ? 'out_of_credits' : 'refused')
    }

    return { verifier: { kind: 'verifier', terms: TERMS, verify } }
  },
}

const KEY_WORDS = /api[\s_-]?key/i
const CREDIT_WORDS = /credit/i

function meansTheAccount(text: string): boolean {
  return KEY_WORDS.test(text) || CREDIT_WORDS.test(text)
}

function failed(
  trouble: 'auth_failed' | 'out_of_credits' | 'refused',
  creditsLeft: number | null = null,
): ProviderError {
  return new ProviderError(trouble, `${NAME}: ${MEANING[trouble]}`, { creditsLeft })
}

/** Asking for the credits is free, and tells -1 of a wrong key; null where the key is not known to be right. */
async function creditsOf(client: Client, key: string, signal: AbortSignal): Promise<number | null> {
  try {
    const reply = await client.get('/getcredits', { query: { api_key: key }, signal })
    checkStatus(reply, NAME)
    const credits = Number(read(reply, Credits, NAME).Credits)
    return credits >= 0 ? credits : null
  } catch (error) {
    if (error instanceof ProviderError) return null
    throw error
  }
}

/** By address: the order of a batch is not promised. `errors` tells why an address has no result. */
function verdictsOf(
  addresses: readonly string[],
  results: readonly (Result | null)[],
  errors: ReadonlyMap<string, string>,
): Verdicts {
  const byAddress = new Map(results.flatMap((result) => (result ? [[addressKey(result.address), result]] : [])))
  return {
    verdicts: addresses.map((address): EmailVerdict => {
      const result = byAddress.get(addressKey(address))
      return result
        ? verdictOf(result)
        : { status: 'unknown', detail: reasonOf(errors.get(addressKey(address))) ?? 'not_answered' }
    }),
    // Results that it calls unknown are not billed.
    credits: results.filter((result) => result?.status !== 'unknown').length,
    creditsLeft: null,
    requestId: null,
  }
}
