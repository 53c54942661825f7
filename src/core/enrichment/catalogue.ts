import type { ProviderId, ProviderInfo } from './provider.ts'

/** The enrichment providers that there are. Their code is loaded only when somebody is asked. */
export const CATALOGUE: Readonly<Record<ProviderId, ProviderInfo>> = {
  apollo: {
    id: 'apollo',
    name: 'Apollo',
    variable: 'APOLLO_API_KEY',
    holds: 'key',
    urlVariable: 'APOLLO_API_URL',
    baseUrl: 'https://api.apollo.io/api/v1',
    account: 'https://app.apollo.io/#/settings/integrations/api',
  },
  hunter: {
    id: 'hunter',
    name: 'Hunter',
    variable: 'HUNTER_API_KEY',
    holds: 'key',
    urlVariable: 'HUNTER_API_URL',
    baseUrl: 'https://api.hunter.io/v2',
    account: 'https://hunter.io/api-keys',
  },
  pdl: {
    id: 'pdl',
    name: 'People Data Labs',
    variable: 'PDL_API_KEY',
    holds: 'key',
    urlVariable: 'PDL_API_URL',
    baseUrl: 'https://api.peopledatalabs.com/v5',
    account: 'https://dashboard.peopledatalabs.com/api-keys',
  },
  dropcontact: {
    id: 'dropcontact',
    name: 'Dropcontact',
    variable: 'DROPCONTACT_API_KEY',
    holds: 'key',
    urlVariable: 'DROPCONTACT_API_URL',
    baseUrl: 'https://api.dropcontact.com',
    account: 'https://app.dropcontact.com',
  },
  zerobounce: {
    id: 'zerobounce',
    name: 'ZeroBounce',
    variable: 'ZEROBOUNCE_API_KEY',
    holds: 'key',
    urlVariable: 'ZEROBOUNCE_API_URL',
    baseUrl: 'https://api.zerobounce.net/v2',
    account: 'https://www.zerobounce.net/members/',
  },
  millionverifier: {
    id: 'millionverifier',
    name: 'MillionVerifier',
    variable: 'MILLIONVERIFIER_API_KEY',
    holds: 'key',
    urlVariable: 'MILLIONVERIFIER_API_URL',
    baseUrl: 'https://api.millionverifier.com/api/v3',
    account: 'https://app.millionverifier.com/api',
  },
  reacher: {
    id: 'reacher',
    name: 'Reacher',
    variable: 'REACHER_URL',
    holds: 'url',
    urlVariable: 'REACHER_URL',
    baseUrl: '',
    account: 'https://docs.reacher.email',
  },
}

export const CATALOGUED: readonly ProviderInfo[] = Object.values(CATALOGUE)
