import { z } from 'zod'

import { type AlertAnswerDeps, triaged } from '../alerts/answers.ts'
import { SHOWN_IN_PLACE } from '../import-answers.ts'
import { dateInput, type Submit } from './form.ts'

const About = z.object({ conversation: z.int().positive(), isPrivate: z.boolean() })
const Values = z.object({ day: dateInput })

/** Puts an alert off; whoever did is reminded of it. */
export function alertLaterSubmit(deps: AlertAnswerDeps): Submit {
  return async ({ actor: { userId: by }, about, values }) => {
    const { conversation, isPrivate } = About.parse(about)
    const { day } = Values.parse(values)
    if (day === null) return wrong('Choose a day.')
    const outcome = await deps.alerts.later(conversation, day, by, await deps.timeZoneOf(by))
    if (!outcome) return wrong('Choose a day from tomorrow on, within a year.')
    const answer = await triaged(outcome, { conversation, isPrivate, by }, deps)
    return answer === SHOWN_IN_PLACE ? { kind: 'close' } : { kind: 'answer', answer, title: 'Alert' }
  }
}

function wrong(sentence: string) {
  return { kind: 'errors', errors: { day: sentence } } as const
}
