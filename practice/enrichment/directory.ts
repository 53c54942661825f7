import { createHash } from 'node:crypto'

import { slugOf } from '../samples/contacts.ts'
import type { SamplePerson } from '../samples/people.ts'
import type { Clue } from './api.ts'

/** Finds people as a data vendor would: by address, by profile, or by name and company together. */
export function directoryOf(people: readonly SamplePerson[]): (clue: Clue) => SamplePerson | undefined {
  const byEmail = new Map(people.map((person) => [person.email, person]))
  const byHash = new Map(people.flatMap((person) => hashesOf(person.email).map((hash) => [hash, person] as const)))
  const bySlug = new Map(people.map((person) => [slugOf(person.name), person]))
  const byNameAndCompany = new Map(
    people.flatMap((person) =>
      [person.company.name, person.company.domain].map((company) => [keyOf(person.name, company), person] as const),
    ),
  )
  return ({ email, hashedEmail, linkedin, name, company }) =>
    byEmail.get(email?.trim().toLowerCase() ?? '') ??
    byHash.get(hashedEmail?.toLowerCase() ?? '') ??
    bySlug.get(/\/in\/([^/?#]+)/.exec(linkedin ?? '')?.[1]?.toLowerCase() ?? '') ??
    (name && company ? byNameAndCompany.get(keyOf(name, company)) : undefined)
}

/** As vendors take an address that nobody wants to hand over: MD5 and SHA-256, in hexadecimal. */
export function hashesOf(email: string): string[] {
  return ['md5', 'sha256'].map((algorithm) => createHash(algorithm).update(email).digest('hex'))
}

function keyOf(name: string, company: string): string {
  return `${name} / ${company}`.toLowerCase()
}
