import { createHash } from 'node:crypto'

import { CATALOGUED } from './catalogue.ts'
import type { ProviderId, ProviderInfo } from './provider.ts'

/** What an enrichment provider is reached with. */
export interface ProviderSettings {
  readonly id: ProviderId
  /** Empty where it needs none. */
  readonly key: string
  /** Without a slash at its end. */
  readonly baseUrl: string
}

export const ENRICH_ON = ['import', 'event', 'reply', 'never'] as const

export type EnrichOn = (typeof ENRICH_ON)[number]

export interface EnrichmentSettings {
  readonly providers: readonly ProviderSettings[]
  readonly dailyCredits: number
  /** What makes contacts be enriched by themselves. */
  readonly on: ReadonlySet<Exclude<EnrichOn, 'never'>>
}

export interface ReadSettings {
  readonly providers: readonly ProviderSettings[]
  /** Each in a sentence that begins with the variable. */
  readonly problems: readonly string[]
  /** Settings that have no effect. */
  readonly warnings: readonly string[]
}

/** Names of the variables that hold keys. */
export const KEY_VARIABLES: readonly string[] = CATALOGUED.flatMap(({ holds, variable }) =>
  holds === 'key' ? [variable] : [],
)

/** Which providers are switched on. `isSafe` says whether a base may be asked: https, or this machine. */
export function readProviders(
  set: Readonly<Record<string, string | undefined>>,
  isSafe: (url: string) => boolean,
): ReadSettings {
  const read = CATALOGUED.map((provider) => readProvider(provider, set, isSafe))
  return {
    providers: read.flatMap(({ providers }) => providers),
    problems: read.flatMap(({ problems }) => problems),
    warnings: read.flatMap(({ warnings }) => warnings),
  }
}

function readProvider(
  { id, name, holds, variable, urlVariable, baseUrl: usual }: ProviderInfo,
  set: Readonly<Record<string, string | undefined>>,
  isSafe: (url: string) => boolean,
): ReadSettings {
  const [value, url] = [set[variable], set[urlVariable]]
  // Where the URL is what switches it on, people still write it as those of the others are written.
  const others = `${id.toUpperCase()}_API_URL`
  const idle = set[others] && (!value || others !== urlVariable) ? [others] : []
  const warnings = idle.map((base) => `${base} has no effect: ${name} is switched on by ${variable}`)
  if (!value) return { providers: [], problems: [], warnings }
  const baseUrl = (url ?? usual).replace(/\/+$/, '')
  // A server of one's own may stand in one's own network.
  const [isRight, form] =
    holds === 'url'
      ? [
          /^https?:\/\/[^/?#@]+(?:\/[^?#]*)?$/.test(baseUrl) && URL.canParse(baseUrl),
          'a URL such as http://reacher:8080',
        ]
      : [isSafe(baseUrl), 'https, or http on this machine']
  const problems = [
    ...(isRight ? [] : [`${urlVariable} must be ${form}`]),
    ...(holds === 'key' && /\s/.test(value) ? [`${variable} has a space in it: copy the key again`] : []),
  ]
  return { providers: [{ id, key: holds === 'key' ? value : '', baseUrl }], problems, warnings }
}

/** SHA-256 of what a provider is reached with: another key, or another server, is another chance. */
export function keyHashOf({ key, baseUrl }: ProviderSettings): string {
  return createHash('sha256').update(`${baseUrl}\n${key}`).digest('hex')
}
