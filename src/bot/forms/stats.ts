import { z } from 'zod'

import { PERIODS } from '../command.ts'
import { answerStatistics, type StatisticsDeps } from '../statistics.ts'
import { readScope, USUAL } from '../stats-scope.ts'
import { choiceId, MOST_CHOICES } from '../views/stats-form.ts'
import { choiceInput, lineInput, type Submit } from './form.ts'

/** Inputs that the form may lack: a menu is there only where there is something to choose. */
const chosen = choiceInput.nullish().default(null)

const Values = z.object({ period: choiceInput, campaign: chosen, tag: chosen, typed_tag: lineInput })
const About = z.object({ now: z.string() })

export function statsSubmit(deps: StatisticsDeps): Submit {
  return async ({ about, values }) => {
    const entered = Values.parse(values)
    const days = PERIODS.find((period) => String(period) === entered.period)
    if (!days) return wrong('period', 'Choose one of these.')
    const now = readScope(About.safeParse(about).data?.now ?? '') ?? USUAL
    const choices = await deps.statsChoices(MOST_CHOICES)
    const campaign = named(entered.campaign, [now.campaign, ...choices.campaigns])
    if (campaign === undefined) return wrong('campaign', 'This campaign is not there any more. Choose another one.')
    const tag = entered.typed_tag ?? named(entered.tag, [now.tag, ...(choices.tags ?? [])])
    if (tag === undefined) return wrong('tag', 'Nobody has this tag any more. Choose another one.')
    const scope = { days, campaign, tag }
    return { kind: 'answer', title: 'Statistics', answer: await answerStatistics(scope, deps) }
  }
}

/** The name that was chosen by its id, null where none was, undefined where it is gone. */
function named(id: string | null, names: readonly (string | null)[]): string | null | undefined {
  return id === null ? null : names.find((name) => name !== null && choiceId(name) === id)
}

function wrong(input: string, sentence: string) {
  return { kind: 'errors', errors: { [input]: sentence } } as const
}
