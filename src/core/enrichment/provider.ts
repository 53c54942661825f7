import type { EmailStatus } from '../email-status.ts'
import { UpstreamError } from '../errors.ts'
import type { Field, Want } from './fields.ts'

/** What may be told of a person to a provider; nothing but the address is always known. */
export interface Clue {
  readonly email: string
  readonly firstName: string | null
  readonly lastName: string | null
  readonly companyName: string | null
  readonly linkedinUrl: string | null
}

/** A value in our own form (`normalise.ts`). */
export interface Told {
  readonly value: string
  /** From 0 to 1, where the provider says how sure it is; otherwise the provider's own weight counts. */
  readonly confidence?: number
  /** What a reader should know of the value, in a few words: `company switchboard`. */
  readonly note?: string
}

export type Fields = { readonly [F in Field]?: Told }

export interface EmailVerdict {
  readonly status: EmailStatus
  /** The provider's reason in lower case with underscores: `catch_all`, `role_account`; null where it gives none. */
  readonly detail: string | null
}

/** What a provider says of the person behind an address. */
export interface Person {
  /** The address that the answer says it is about; null where it names none, or only a placeholder. */
  readonly email: string | null
  /** The domain of the company that the answer names, where it names one. */
  readonly companyDomain: string | null
  readonly fields: Fields
  readonly emailStatus: EmailVerdict | null
}

export type Answer =
  | { readonly kind: 'hit'; readonly person: Person }
  /** The provider was asked and knows nobody. */
  | { readonly kind: 'miss' }
  /** The person does not want to be processed: nobody else is asked either. */
  | { readonly kind: 'opted_out' }
  /** This one cannot be read, though the others of its call can: it may have been billed. */
  | { readonly kind: 'unanswered' }

export interface Answers {
  /** One for each that was asked, in the same order. */
  readonly answers: readonly Answer[]
  /** What the call cost; null where the provider does not say, and then what was set aside for it counts. */
  readonly credits: number | null
  /** What is left at the provider, where it says so. */
  readonly creditsLeft: number | null
  /** The provider's name for the call, to ask its support about. */
  readonly requestId: string | null
}

export const PROVIDER_IDS = [
  'apollo',
  'dropcontact',
  'hunter',
  'pdl',
  'zerobounce',
  'millionverifier',
  'reacher',
] as const

export type ProviderId = (typeof PROVIDER_IDS)[number]

/** How a provider may be asked, and what that costs. */
export interface Terms {
  readonly provider: ProviderId
  /** The most that one call may ask about. */
  readonly batchSize: number
  /** Calls under way at the same time. */
  readonly inFlight: number
  /** Calls begun within a time: a tenth below what the provider allows. */
  readonly rate: { readonly limit: number; readonly intervalMs: number }
  /** The most that one look-up can cost. */
  readonly credits: number
  /** False where asking again after a lost answer may be billed again. */
  readonly isRepeatable: boolean
  /** Whether that is so after a fault that it answers, too: it bills what it takes (enrichment sheet, section 8.7). */
  readonly billsFaults?: true
}

/** Looks people up. Throws `ProviderError`. */
export interface Enricher {
  readonly kind: 'enricher'
  readonly terms: Terms
  readonly supplies: readonly Want[]
  lookUp(clues: readonly Clue[], signal: AbortSignal): Promise<Answers>
}

/** Takes a batch now and answers minutes later. Both calls throw `ProviderError`. */
export interface BatchEnricher {
  readonly kind: 'batch enricher'
  readonly terms: Terms
  readonly supplies: readonly Want[]
  /** When to look for the first time after a batch was taken, and how long after it to give up. */
  readonly patience: { readonly pollMs: number; readonly deadlineMs: number }
  /** `callbackUrl` is told when the batch is done, where there is one. */
  submit(clues: readonly Clue[], callbackUrl: string | null, signal: AbortSignal): Promise<Submitted>
  /** What became of the batch; null while it is not done. `clues` are those of the batch in their order. */
  collect(requestId: string, clues: readonly Clue[], signal: AbortSignal): Promise<Answers | null>
}

export interface Submitted {
  readonly requestId: string
  readonly creditsLeft: number | null
}

/** Says whether addresses work. Throws `ProviderError`. */
export interface Verifier {
  readonly kind: 'verifier'
  readonly terms: Terms
  verify(addresses: readonly string[], signal: AbortSignal): Promise<Verdicts>
}

export interface Verdicts extends Omit<Answers, 'answers'> {
  /** One for each address, in the same order. */
  readonly verdicts: readonly (EmailVerdict | 'opted_out')[]
}

/** Whatever can be asked of one provider. */
export interface Connection {
  readonly enricher?: Enricher | BatchEnricher
  readonly verifier?: Verifier
}

/** What an adapter is made of. */
export interface ConnectOptions {
  /** Empty where the provider needs none. */
  readonly key: string
  /** Without a slash at its end. */
  readonly baseUrl: string
  readonly fetch: typeof fetch
}

/** What is known of a provider without asking it. */
export interface ProviderInfo {
  readonly id: ProviderId
  readonly name: string
  /** The variable that switches it on, and what it holds. */
  readonly variable: string
  readonly holds: 'key' | 'url'
  /** The variable that names another base. */
  readonly urlVariable: string
  readonly baseUrl: string
  /** Where a person gets a new key, and where credits are bought: the end of "see …". */
  readonly account: string
}

/** One provider: an entry in `catalogue.ts`, a file in `providers/` and a line in its list. */
export interface Provider extends ProviderInfo {
  connect(options: ConnectOptions): Connection
}

/** What is wrong with a provider, by what helps. */
export type Trouble =
  /** The key is wrong or revoked: only another key helps. */
  | 'auth_failed'
  /** The key or the plan lacks the right for this: a person has to change it. */
  | 'misconfigured'
  | 'out_of_credits'
  | 'rate_limited'
  /** It is still working on this one: the same question costs nothing a little later. */
  | 'pending'
  /** It failed, and nothing was done, unless it bills faults and was heard: asking again costs nothing. */
  | 'unavailable'
  /** The answer was lost or cannot be read: it may have been billed. */
  | 'lost'
  /** Our own mistake, or input that it never takes: asking again does not help. */
  | 'refused'

export interface ProviderErrorOptions extends ErrorOptions {
  readonly retryAfterMs?: number
  readonly wasHeard?: boolean
  readonly creditsLeft?: number | null
}

export class ProviderError extends UpstreamError {
  override name = 'ProviderError'
  readonly trouble: Trouble
  /** True where what is `unavailable` answered with a fault: what was asked may have been done before it. */
  readonly wasHeard: boolean
  /** What is left at the provider, where it says so. */
  readonly creditsLeft: number | null

  /** `message` says what happened without any personal data: it is logged and shown. */
  constructor(trouble: Trouble, message: string, options: ProviderErrorOptions = {}) {
    super(message, options)
    this.trouble = trouble
    this.wasHeard = options.wasHeard ?? false
    this.creditsLeft = options.creditsLeft ?? null
  }
}
