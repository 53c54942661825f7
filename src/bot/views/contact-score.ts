import type { types } from '@slack/bolt'

import type { ContactCard } from '../../core/contact-card.ts'
import type { Tally } from '../../core/event.ts'
import { HALF_LIFE_DAYS, POINTS } from '../../core/score.ts'
import type { ScoreExplained, ScorePart } from '../../core/score-explained.ts'
import { context, divider, header, literalContext, section } from '../blocks.ts'
import { counted, join, type Mrkdwn, mrkdwn, text } from '../mrkdwn.ts'
import { modal } from '../surfaces.ts'
import { timelineLine } from './contact-timeline.ts'
import { nameOf } from './words.ts'

/** What is named; the rest is together worth less than any of these. */
export const PARTS_SHOWN = 15

/** The events that made a score, with what each is worth now: they add up to it. */
export function contactScoreView(card: ContactCard, { score, parts, rest }: ScoreExplained): types.ModalView {
  return modal({
    title: 'Why this score?',
    blocks: [
      header(nameOf(card)),
      literalContext(card.email),
      section(mrkdwn`*Score ${score}*`),
      ...(parts.length === 0 ? [section(NOTHING_YET)] : sections(parts.map(line))),
      ...(rest.events > 0
        ? [section(mrkdwn`*${rest.worth}* for ${counted(rest.events, 'event', 'events')} more`)]
        : []),
      divider(),
      context(RULE),
      context(LEFT_OUT),
    ],
  })
}

const NOTHING_YET = mrkdwn`Nothing that counts has happened yet: a reply, a click or a visit makes a score.`

const WORTH = [
  ['replied', 'a reply'],
  ['call_completed', 'a call'],
  ['demo_attended', 'a demo'],
  ['form_submission', 'a form'],
  ['clicked', 'a click'],
  ['website_visit', 'a visit'],
  ['opened', 'an open'],
] as const satisfies readonly (readonly [Tally, string])[]

const RULE = mrkdwn`What a person does has points, of which half is left every ${HALF_LIFE_DAYS} days: ${join(
  WORTH.map(([tally, words]) => mrkdwn`${text(words)} ${POINTS[tally] ?? 0}`),
  ', ',
)}`

const LEFT_OUT = mrkdwn`What machines open and click does not count, and neither does mail that is sent or delivered`

/** "*18.2* of 20 · Today 10:24 · Replied Re: Hello". */
function line({ event, points, worth }: ScorePart): Mrkdwn {
  return join([mrkdwn`*${worth}* of ${points}`, timelineLine(event)], ' · ')
}

/** A section may have 3,000 characters, and a line may have some 400. */
const LINES_A_SECTION = 5

function sections(lines: readonly Mrkdwn[]): types.SectionBlock[] {
  const starts = Array.from({ length: Math.ceil(lines.length / LINES_A_SECTION) }, (_, at) => at * LINES_A_SECTION)
  return starts.map((start) => section(join(lines.slice(start, start + LINES_A_SECTION), '\n')))
}
