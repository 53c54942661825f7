import type { EnrichmentMood } from '../contract.ts'
import type { SamplePerson } from '../samples/people.ts'
import type { Circumstances } from './api.ts'
import { directoryOf } from './directory.ts'
import { mailboxesOf } from './mailboxes.ts'

/** What is true for everybody, as one API with its key and in its mood knows it. */
export function circumstancesOf(people: readonly SamplePerson[]): (key: string, mood: EnrichmentMood) => Circumstances {
  const find = directoryOf(people)
  const mailboxOf = mailboxesOf(people)
  const positions = new Map(people.map((person, nth) => [person, nth]))
  // Half of the list away nobody works for the same company.
  const otherThan = (person: SamplePerson | undefined) => {
    const position = (person && positions.get(person)) ?? 0
    return people[(position + Math.floor(people.length / 2)) % people.length]
  }
  return (key, mood) => {
    const findNow: Circumstances['find'] = (clue) => {
      if (mood.misses) return undefined
      return mood.wrongPerson ? otherThan(find(clue)) : find(clue)
    }
    return {
      mood,
      people,
      accepts: (given) => given === key && !mood.revoked,
      find: findNow,
      about: (email) => (mood.wrongPerson ? (otherThan(find({ email }))?.email ?? email) : email),
      mailboxOf: (email) => (mood.misses ? 'unheard_of' : mailboxOf(email)),
    }
  }
}
