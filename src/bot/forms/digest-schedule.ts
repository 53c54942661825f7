import { z } from 'zod'

import { readAt, WEEKDAYS } from '../../core/digest/settings.ts'
import { type DigestDeps, savedWords, stateOf, troubleWith } from '../digests.ts'
import { channelInput, choicesInput, type Submit, timeInput } from './form.ts'

/** Whether the channel that holds could not be shown, so that an empty input says nothing against it. */
const About = z.object({ keepsChannel: z.boolean().default(false) })
const Values = z.object({ channel: channelInput, at: timeInput, days: choicesInput })

export function digestScheduleSubmit(deps: DigestDeps): Submit {
  return async ({ actor, about, values }) => {
    const { keepsChannel } = About.parse(about)
    const entered = Values.parse(values)
    const at = readAt(entered.at ?? '')
    if (at === undefined) return wrong('at', 'Choose a time, such as 09:00.')
    const days = WEEKDAYS.filter((day) => entered.days.includes(day))
    if (days.length === 0) return wrong('days', 'Choose at least one day.')
    const channel = entered.channel ?? (keepsChannel ? (await deps.digests.settings()).channel : null)
    const trouble = await troubleWith(channel, deps.channelState)
    if (trouble?.isFinal) return wrong('channel', trouble.words)
    const schedule = { channel, at, days }
    await deps.digests.choose(schedule, actor.userId)
    return { kind: 'answer', title: 'Daily digest', answer: await stateOf(actor, deps, savedWords(schedule)) }
  }
}

function wrong(input: string, sentence: string) {
  return { kind: 'errors', errors: { [input]: sentence } } as const
}
