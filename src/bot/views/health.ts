import type { types } from '@slack/bolt'

import type { Fact, Finding } from '../../core/finding.ts'
import { context, header, type Message, message, section } from '../blocks.ts'
import { counted, date, join, type Mrkdwn, mrkdwn, text } from '../mrkdwn.ts'

/** As many as a message has blocks for, beside what stands around them. */
const SHOWN = 40

/** What needs somebody first, each with what to do. */
export function healthView(findings: readonly Finding[]): Message {
  const inOrder = (['problem', 'ok', 'off'] as const).flatMap((state) => findings.filter((f) => f.state === state))
  const problems = findings.filter(({ state }) => state === 'problem').length
  const summary =
    problems === 0
      ? mrkdwn`All is well.`
      : mrkdwn`${counted(problems, 'thing needs', 'things need')} somebody who runs the server.`
  const left = inOrder.length - SHOWN
  return message(summary, [
    header('Health'),
    section(summary),
    ...inOrder.slice(0, SHOWN).map(finding),
    ...(left > 0 ? [context(mrkdwn`and ${counted(left, 'other', 'others')}`)] : []),
    context(mrkdwn`The same on the server: \`npm run -s crm -- doctor\``),
  ])
}

const MARKS: Readonly<Record<Finding['state'], Mrkdwn>> = {
  ok: mrkdwn`:white_check_mark:`,
  off: mrkdwn`:heavy_minus_sign:`,
  problem: mrkdwn`:warning:`,
}

function finding({ name, state, facts, fixes }: Finding): types.SectionBlock {
  const words = join(facts.map(factWords), ' · ')
  const what = facts.length > 0 ? words : mrkdwn`switched off`
  const todo = fixes.map((fix) => mrkdwn`→ ${text(fix, 500)}`)
  return section(join([mrkdwn`${MARKS[state]} *${text(name)}* ${what}`, ...todo], '\n'))
}

function factWords(fact: Fact): Mrkdwn {
  return typeof fact === 'string' ? text(fact, 300) : mrkdwn`${text(fact.words)} ${date(fact.at)}`
}
