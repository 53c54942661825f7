import type { EnrichmentMood } from '../contract.ts'
import type { SamplePerson } from '../samples/people.ts'
import type { Mailbox } from './mailboxes.ts'

export interface ApiRequest {
  readonly method: string
  /** Below the API's own part of the address, such as `/v1/enrich/all`. */
  readonly path: string
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** UTC milliseconds. */
  readonly at: number
}

export interface ApiAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The connection is dropped after half of the body. */
  readonly isCut?: boolean
}

/** What an API knows, and what is wrong with it today. */
export interface Circumstances {
  readonly mood: EnrichmentMood
  readonly people: readonly SamplePerson[]
  /** Whether the key is this account's, and still good. */
  readonly accepts: (key: string | null | undefined) => boolean
  readonly find: (clue: Clue) => SamplePerson | undefined
  /** The address that is answered about when `email` is asked about. */
  readonly about: (email: string) => string
  readonly mailboxOf: (email: string) => Mailbox
}

/** What an API does beside answering. */
export interface Outside {
  /** How long a batch takes, in milliseconds. */
  readonly batchMs: number
  /** Posts JSON when a batch is done; `body` is asked then. */
  readonly postDone: (url: string, body: () => object) => void
}

/** One API: a file in `apis/` and a line in `apis/index.ts`. */
export interface Api {
  /** Names the variables that the program reads, `APOLLO_API_URL` and `APOLLO_API_KEY`. */
  readonly id: string
  readonly name: string
  /** What its documentation calls the base, from the root of its host. */
  readonly basePath: string
  /** Without an account, so that there is neither a key nor credits; the program reads `REACHER_URL`. */
  readonly isSelfHosted?: boolean
  /** Begins with nothing used and nothing asked. */
  start(circumstances: () => Circumstances, outside: Outside): (request: ApiRequest) => ApiAnswer
}

/** Whatever is known of somebody who is looked for; one of them is enough if it fits. */
export interface Clue {
  readonly email?: string | undefined
  /** MD5 or SHA-256 of the address, in hexadecimal. */
  readonly hashedEmail?: string | undefined
  readonly linkedin?: string | undefined
  readonly name?: string | undefined
  /** The company's name or domain; counts together with the name. */
  readonly company?: string | undefined
}

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): ApiAnswer {
  const body = typeof value === 'string' ? value : JSON.stringify(value)
  return { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body }
}

/** The body as an object, or undefined when it is none. */
export function parsed(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return recordOf(JSON.parse(body))
  } catch {
    return undefined
  }
}

export function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
}

export function textIn(record: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = record[name]
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}
