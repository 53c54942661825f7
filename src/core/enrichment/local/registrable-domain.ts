import { getDomain } from 'tldts'

/**
 * What the owner of a domain has registered: `brightforge.co.uk` of `mail.brightforge.co.uk`. Where
 * a host lends names to strangers (`acme.github.io`), each of those is its own. Null for a bare
 * suffix, an IP address and what is no domain.
 */
export function registrableDomain(domain: string): string | null {
  return getDomain(domain, { allowPrivateDomains: true })
}
