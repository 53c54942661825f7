import type { SamplePerson } from '../samples/people.ts'

/** What the mail server of an address does, which each verifier words in its own way. */
export type Mailbox =
  | 'works'
  /** Of a free provider. */
  | 'webmail'
  /** Of a team, such as info@. */
  | 'role'
  /** The server takes any name, so that nobody can tell. */
  | 'catch_all'
  /** The server asks strangers to come again later. */
  | 'greylisted'
  | 'gone'
  | 'disposable'
  /** No server was found, which says nothing. */
  | 'unheard_of'
  | 'malformed'

export const CATCH_ALL_DOMAINS: readonly string[] = ['haldentooling.example', 'tamarindstreet.example']

/** People who left; one of them where the server takes any name, and although others still call the address verified. */
export const LEFT: readonly string[] = ['callum.ferrier@haldentooling.example', 'hannah.tsosie@mossgate.example']

const OF_DOMAINS: Readonly<Record<string, Mailbox>> = {
  ...Object.fromEntries(CATCH_ALL_DOMAINS.map((domain) => [domain, 'catch_all'] as const)),
  'postbag.example': 'webmail',
  'tenminutes.example': 'disposable',
}

const GREYLISTING_DOMAINS = ['ulverholm.example']
const ROLES = ['info', 'sales', 'support', 'office', 'billing']

/** Tells what is true of any address, where the employers of `people` are all the companies that there are. */
export function mailboxesOf(people: readonly SamplePerson[]): (email: string) => Mailbox {
  const addresses = new Set(people.map(({ email }) => email))
  const domains = new Set(people.map(({ company }) => company.domain))
  return (given) => {
    const email = given.trim().toLowerCase()
    const [, local, domain] = /^([^@\s]+)@([^@\s]+)$/.exec(email) ?? []
    if (!local || !domain) return 'malformed'
    const ofDomain = OF_DOMAINS[domain]
    if (ofDomain) return ofDomain
    if (!domains.has(domain)) return 'unheard_of'
    if (ROLES.includes(local)) return 'role'
    if (GREYLISTING_DOMAINS.includes(domain)) return 'greylisted'
    return addresses.has(email) && !LEFT.includes(email) ? 'works' : 'gone'
  }
}
