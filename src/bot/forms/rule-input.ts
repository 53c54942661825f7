import { z } from 'zod'

import { ALERT_KINDS } from '../../core/alerts/kinds.ts'
import { TO_OWNER } from '../../core/alerts/rules.ts'
import type { MenuId } from '../listeners.ts'
import { AS_TYPED, BY_HASH, nameHash } from '../views/alert-forms.ts'
import { channelInput, choicesInput, memberInput } from './form.ts'

const MOST_OF_A_NAME = 500

/** What a menu of names gives: a name, or what a long one can be found by; null where none was chosen. */
export type ChosenName = { readonly name: string } | { readonly hash: string } | null

function nameInput(menu: MenuId) {
  return z
    .object({ [menu]: z.object({ selected_option: z.object({ value: z.string() }).nullish() }).optional() })
    .transform((block): ChosenName => {
      const value = block[menu]?.selected_option?.value ?? ''
      const [sign, rest] = [value.slice(0, 1), value.slice(1, MOST_OF_A_NAME).toWellFormed().trim()]
      if (rest === '') return null
      return sign === BY_HASH ? { hash: rest } : sign === AS_TYPED ? { name: rest } : null
    })
    .nullish()
    .default(null)
}

const member = memberInput.nullish().default(null)

const RuleValues = z
  .object({
    channel: channelInput,
    person: member,
    owner_of_contact: choicesInput,
    kinds: choicesInput,
    campaign: nameInput('alerts_campaign'),
    tag: nameInput('alerts_tag'),
    owner: member,
  })
  .transform(({ channel, person, owner_of_contact, kinds, ...conditions }) => ({
    ...conditions,
    kinds: ALERT_KINDS.filter((kind) => kinds.includes(kind)),
    /** One is right. */
    targets: [channel, person, owner_of_contact.includes(TO_OWNER) ? TO_OWNER : null].filter((to) => to !== null),
  }))

/** What people entered of a rule; whoever sent it may have written anything. */
export type RuleEntered = z.infer<typeof RuleValues>

export function readRule(values: unknown): RuleEntered {
  return RuleValues.parse(values)
}

/** The name that was chosen, null where none was, undefined where it is not there any more. */
export function nameChosen(chosen: ChosenName, known: readonly string[]): string | null | undefined {
  if (chosen === null) return null
  return 'name' in chosen ? chosen.name : known.find((name) => nameHash(name) === chosen.hash)
}
