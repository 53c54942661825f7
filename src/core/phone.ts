import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

type Library = typeof import('libphonenumber-js/min')

let library: Library | undefined

/** Loaded for the first number: its tables of all countries would take a tenth of the start-up. */
function load(): Library {
  const loaded: Library = library ?? require('libphonenumber-js/min')
  library = loaded
  return loaded
}

/** A number in E.164, or null; one without a country code is read as of `country` (ISO 3166, two letters). */
export function e164(text: string, country?: string): string | null {
  const { isSupportedCountry, parsePhoneNumberFromString } = load()
  const known = country !== undefined && isSupportedCountry(country) ? { defaultCountry: country } : {}
  const phone = parsePhoneNumberFromString(text, known)
  return phone?.isPossible() ? phone.number : null
}

/** `+44 113 496 0120`, as people read it. */
export function phoneText(phone: string): string {
  return load().parsePhoneNumberFromString(phone)?.formatInternational() ?? phone
}
