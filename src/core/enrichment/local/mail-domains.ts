import { Resolver } from 'node:dns/promises'

import pLimit from 'p-limit'

import { domainKey } from '../../address.ts'
import type { Logger } from '../../logger.ts'
import { createExpiring } from './expiring.ts'
import { type MailHost, mailHostOf } from './mail-hosts.ts'

/** What DNS says of mail to a domain. None of it says that an address works. */
export type MailDomain =
  /** `host` is who takes the mail, where we know the names of its servers. */
  | { readonly kind: 'accepts_mail'; readonly host: MailHost | null }
  /** It says itself that it takes none (RFC 7505). */
  | { readonly kind: 'null_mx' }
  /** It names no mail server, but has an address that mail may be tried at (RFC 5321, section 5.1). */
  | { readonly kind: 'implicit_mx' }
  | { readonly kind: 'no_such_domain' }
  /** `reason` is `dns_unavailable`, `no_mail_server`, or what DNS answered: `servfail`, `timeout`. */
  | { readonly kind: 'unknown'; readonly reason: string }

/** Rejects with an error that has a `code`, as Node's own does. */
export interface MailResolver {
  resolveMx(domain: string): Promise<readonly { readonly exchange: string; readonly priority: number }[]>
  resolve4(domain: string): Promise<readonly string[]>
  resolve6(domain: string): Promise<readonly string[]>
}

export type DnsState =
  /** Nothing was looked up yet. */
  | { readonly kind: 'untried' }
  | { readonly kind: 'available' }
  /** Since `since`, UTC milliseconds: until it is back nothing is called invalid by DNS. */
  | { readonly kind: 'unavailable'; readonly since: number }

export interface MailDomains {
  /** Never rejects for what DNS does. */
  check(domain: string): Promise<MailDomain>
  state(): DnsState
}

export interface MailDomainsDeps {
  readonly resolver: MailResolver
  readonly now: () => number
  readonly log?: Pick<Logger, 'info' | 'warn'>
}

/** The name servers of this machine, with the patience that the enrichment sheet gives in section 7.2. */
export function systemResolver(): Resolver {
  return new Resolver({ timeout: 2000, tries: 2 })
}

const IN_FLIGHT = 20
const KEPT = 10_000
/** While DNS is known to be unavailable it is not asked. */
const PAUSE_MS = 30_000

const MINUTE_MS = 60_000
const KEPT_MS: Readonly<Record<MailDomain['kind'], number>> = {
  accepts_mail: 24 * 60 * MINUTE_MS,
  implicit_mx: 24 * 60 * MINUTE_MS,
  null_mx: 60 * MINUTE_MS,
  no_such_domain: 60 * MINUTE_MS,
  unknown: 5 * MINUTE_MS,
}

const UNAVAILABLE: MailDomain = { kind: 'unknown', reason: 'dns_unavailable' }

/** What everybody can resolve who can resolve anything. */
const CANARIES = ['gmail.com', 'outlook.com']

/** Looks domains up, each once at a time, and remembers what it found. */
export function createMailDomains({ resolver, now, log }: MailDomainsDeps): MailDomains {
  const limit = pLimit(IN_FLIGHT)
  const known = createExpiring<MailDomain>(KEPT)
  const underWay = new Map<string, Promise<MailDomain>>()
  let state: DnsState = { kind: 'untried' }
  let triedAt = Number.NEGATIVE_INFINITY
  let canary: Promise<boolean> | undefined

  async function check(domain: string): Promise<MailDomain> {
    const key = domainKey(domain)
    const remembered = known.get(key, now())
    if (remembered) return remembered
    const running = underWay.get(key) ?? limit(() => lookUp(key)).finally(() => underWay.delete(key))
    underWay.set(key, running)
    return await running
  }

  async function lookUp(domain: string): Promise<MailDomain> {
    if (state.kind === 'unavailable' && now() - triedAt < PAUSE_MS) return UNAVAILABLE
    const found = await ask(resolver, domain)
    // Without a network every domain is said not to exist (enrichment sheet, section 7.2).
    if (isDoubtful(found) && !(await canaryPasses())) return UNAVAILABLE
    turn({ kind: 'available' })
    known.set(domain, found, now() + KEPT_MS[found.kind])
    return found
  }

  /** Asked anew for each verdict, since DNS may have failed a moment ago; verdicts at the same time share it. */
  function canaryPasses(): Promise<boolean> {
    canary ??= resolvesCanary(resolver).then((passes) => {
      canary = undefined
      triedAt = now()
      if (!passes && state.kind !== 'unavailable') turn({ kind: 'unavailable', since: triedAt })
      return passes
    })
    return canary
  }

  function turn(next: DnsState): void {
    if (next.kind === 'unavailable') log?.warn('DNS is unavailable: no address is called invalid by it')
    if (next.kind === 'available' && state.kind === 'unavailable') log?.info('DNS is available again')
    state = next
  }

  return { check, state: () => state }
}

/** A fault of the domain and one of our own network look the same. */
function isDoubtful(found: MailDomain): boolean {
  return found.kind === 'no_such_domain' || (found.kind === 'unknown' && found.reason !== 'no_mail_server')
}

async function resolvesCanary(resolver: MailResolver): Promise<boolean> {
  const answers = await Promise.all(CANARIES.map((domain) => answerOf(resolver.resolveMx(domain))))
  return answers.some((answer) => answer.records.length > 0)
}

async function ask(resolver: MailResolver, domain: string): Promise<MailDomain> {
  const servers = await answerOf(resolver.resolveMx(domain))
  if (servers.records.length > 0) return byServers(servers.records)
  if (!isNone(servers)) return unknown(servers)

  // Some servers say of a domain without mail servers that it does not exist: its addresses are asked for too.
  const answers: Answer<unknown>[] = [servers]
  for (const resolve of ['resolve4', 'resolve6'] as const) {
    const addresses = await answerOf(resolver[resolve](domain))
    if (addresses.records.length > 0) return { kind: 'implicit_mx' }
    answers.push(addresses)
  }
  const failed = answers.find((answer) => !isNone(answer))
  if (failed) return unknown(failed)
  const exists = answers.some(({ code }) => code !== NO_SUCH_NAME)
  return exists ? { kind: 'unknown', reason: 'no_mail_server' } : { kind: 'no_such_domain' }
}

function byServers(records: readonly { readonly exchange: string; readonly priority: number }[]): MailDomain {
  const named = records.filter(({ exchange }) => exchange !== '' && exchange !== '.')
  // One that stands beside others is a mistake of theirs.
  if (named.length === 0) return { kind: 'null_mx' }
  const inOrder = named.toSorted((a, b) => a.priority - b.priority)
  return { kind: 'accepts_mail', host: mailHostOf(inOrder.map(({ exchange }) => exchange)) }
}

function unknown({ code }: Answer<unknown>): MailDomain {
  return { kind: 'unknown', reason: code.replace(/^E/, '').toLowerCase() }
}

/** The codes of Node's `dns` for a name that exists without such records, and for one that does not exist. */
const NO_RECORDS = 'ENODATA'
const NO_SUCH_NAME = 'ENOTFOUND'

/** `code` is what DNS answered in place of records. */
interface Answer<T> {
  readonly records: readonly T[]
  readonly code: string
}

function isNone({ code }: Answer<unknown>): boolean {
  return code === NO_RECORDS || code === NO_SUCH_NAME
}

async function answerOf<T>(asking: Promise<readonly T[]>): Promise<Answer<T>> {
  try {
    return { records: await asking, code: NO_RECORDS }
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string')
      return { records: [], code: error.code }
    throw error
  }
}
