import { domainToUnicode } from 'node:url'

import type { PersonName } from '../../name.ts'
import type { Lists } from './lists.ts'
import { registrableDomain } from './registrable-domain.ts'

/**
 * The company that a domain may belong to: `Bright Forge` of `mail.bright-forge.co.uk`. Only a
 * guess; and not even that of free mail, which the caller knows.
 */
export function companyFromDomain(domain: string): string | null {
  const label = domainToUnicode(registrableDomain(domain) ?? '').split('.')[0] ?? ''
  return label.split('-').filter(Boolean).map(capitalise).join(' ') || null
}

/** At least two letters, in any script. */
const NAME = /^\p{L}[\p{L}\p{M}]+$/u

/** The person that `first.last@` may be; null for every other form, and where a part of it is a role. */
export function nameFromAddress(address: string, { isRole }: Pick<Lists, 'isRole'>): PersonName | null {
  const [local = ''] = address.slice(0, address.lastIndexOf('@')).normalize('NFC').split('+')
  const [first = '', last = '', ...more] = local.split('.')
  if (more.length > 0 || !NAME.test(first) || !NAME.test(last)) return null
  if ([local, first, last].some(isRole)) return null
  return { firstName: properName(first), lastName: properName(last) }
}

/** A name that is written in both cases is left as it is: `McDonald`. */
function properName(name: string): string {
  const lower = name.toLowerCase()
  return name === lower || name === name.toUpperCase() ? capitalise(lower) : name
}

function capitalise(word: string): string {
  const [first = '', ...rest] = word
  return first.toUpperCase() + rest.join('')
}
