import { setTimeout as wait } from 'node:timers/promises'

import { domainOf } from '../address.ts'
import type { Logger } from '../logger.ts'
import type { Database } from '../store/database.ts'
import { callByCallback, hurryJob } from '../store/enrichment.ts'
import type { DayOf } from '../time.ts'
import { type DeskDeps, hashOf, ProviderDesk } from './desk.ts'
import { Enrichment } from './enrich.ts'
import { collectJob, collectJobId } from './jobs.ts'
import { Ledger } from './ledger.ts'
import { createExaminer } from './local/examine.ts'
import { type Lists, loadLists } from './local/lists.ts'
import { createMailDomains, type MailResolver, systemResolver } from './local/mail-domains.ts'
import type { Provider } from './provider.ts'
import { ENRICHMENT_PROVIDERS } from './providers/index.ts'
import { type EnrichmentSettings, keyHashOf, type ProviderSettings } from './settings.ts'

export interface EnrichmentDeps {
  readonly database: Database
  readonly settings: EnrichmentSettings
  /** What the server is reached under from outside; without it providers are polled. */
  readonly publicUrl: string | undefined
  readonly dayOf: DayOf
  /** UTC milliseconds. */
  readonly now: () => number
  /** From 0 to 1, for jitter. */
  readonly random: () => number
  readonly fetch: typeof fetch
  readonly resolver?: MailResolver
  /** Those that there are. */
  readonly providers?: readonly Provider[]
  readonly wait?: DeskDeps['wait']
  readonly log: Logger
}

export interface RunningEnrichment extends AsyncDisposable {
  readonly enrichment: Enrichment
  /** Takes the word of a provider that a batch is done; false where `token` is none of ours. */
  called(token: string): Promise<boolean>
  /** From now on nobody waits: neither for a provider that asks us to, nor for the DNS. Calls under way go on. */
  stop(): void
}

/** Enrichment with the providers that are switched on, or without any. */
export function createEnrichment(deps: EnrichmentDeps): RunningEnrichment {
  const { database, settings, publicUrl, dayOf, now, random, log, providers = ENRICHMENT_PROVIDERS } = deps
  const stopping = new AbortController()
  const ending = new AbortController()
  const { dailyCredits } = settings
  const ledger = new Ledger({ database, dayOf, now, dailyCredits })
  let lists: Lists | undefined
  const isPublicDomain = (domain: string) => lists?.isPublic(domain) ?? false

  const desks = settings.providers.flatMap((provider) => {
    const { name, answering } = connected(provider, providers, deps.fetch)
    return answering.map(
      (one) =>
        new ProviderDesk({
          ledger,
          name,
          keyHash: keyHashOf(provider),
          answering: one,
          isCompanyAddress: ({ domain }) => !isPublicDomain(domain),
          callbackUrl: (token) => (publicUrl ? `${publicUrl}${CALLBACK_PATH}/${provider.id}/${token}` : null),
          collectJob,
          now,
          random,
          wait: deps.wait ?? ((ms, signal) => wait(ms, undefined, { signal })),
          stopping: stopping.signal,
          signal: ending.signal,
          log,
        }),
    )
  })

  const resolver = deps.resolver ?? systemResolver()
  const mailDomains = createMailDomains({ resolver, now, log })
  const enrichment = new Enrichment({
    database,
    ledger,
    desks,
    examine: createExaminer({ mailDomains }),
    async prepare() {
      lists ??= await loadLists()
    },
    isPublicDomain,
    gatesOf: (email) => ({
      mayAskForCompany: !isPublicDomain(domainOf(email)),
      mayAskForPerson: !(lists?.isRole(email.slice(0, email.lastIndexOf('@'))) ?? false),
      mayPay: !(lists?.isDisposable(domainOf(email)) ?? false),
    }),
    dailyCredits,
    dayOf,
    now,
    log,
  })
  function stop(): void {
    stopping.abort(new Error('the program stops'))
    // A name server that does not answer would hold up the end for seconds.
    if ('cancel' in resolver && typeof resolver.cancel === 'function') resolver.cancel()
  }

  return {
    enrichment,
    async called(token) {
      return await database.transaction(async (tx) => {
        const call = await callByCallback(tx, hashOf(token))
        if (call) await hurryJob(tx, collectJobId(call.id), now())
        return call !== undefined
      })
    },
    stop,
    async [Symbol.asyncDispose]() {
      stop()
      ending.abort(new Error('the program ends'))
    },
  }
}

/** Where providers call back, followed by the provider and a secret. */
export const CALLBACK_PATH = '/enrichment'

function connected({ id, key, baseUrl }: ProviderSettings, providers: readonly Provider[], request: typeof fetch) {
  const provider = providers.find((known) => known.id === id)
  if (!provider) throw new Error(`there is no enrichment provider ${id}`)
  const { enricher, verifier } = provider.connect({ key, baseUrl, fetch: request })
  return { name: provider.name, answering: [enricher, verifier].filter((one) => one !== undefined) }
}
