import { type Fact, type Finding, type FindingState, inOrder } from '../../core/finding.ts'
import { actions, button, context, header, type Message, message, section } from '../blocks.ts'
import type { Action } from '../listeners.ts'
import { counted, date, join, type Mrkdwn, mrkdwn, text } from '../mrkdwn.ts'
import { may, PRESS_NEEDS, type Role } from '../permissions.ts'
import { place } from './channel-trouble.ts'

/** As many as people read; the most of them that a message may need blocks for have one each. */
const SHOWN = 40
/** Characters of those that need nobody: they stand close together, as long as a block takes them. */
const IN_A_BLOCK = 2500

export interface HealthOptions {
  readonly role?: Role
  /** How many messages that were given up are being sent again, where somebody just asked for that. */
  readonly sentAgain?: number
}

/** What needs somebody first, each with what to do. */
export function healthView(findings: readonly Finding[], { role, sentAgain }: HealthOptions = {}): Message {
  const problems = findings.filter(({ state }) => state === 'problem').length
  const summary =
    problems === 0
      ? mrkdwn`All is well.`
      : mrkdwn`${counted(problems, 'thing needs', 'things need')} somebody who runs the server.`
  const left = findings.length - SHOWN
  const canSendAgain =
    role !== undefined && may(role, PRESS_NEEDS.send_again) && findings.some((one) => one.canSendAgain)
  return message(summary, [
    header('Health'),
    ...(sentAgain === undefined ? [] : [context(newsOf(sentAgain))]),
    section(summary),
    ...(canSendAgain ? [actions(SEND_AGAIN)] : []),
    ...paragraphs(inOrder(findings).slice(0, SHOWN)).map((lines) => section(join(lines, '\n'))),
    ...(left > 0 ? [context(mrkdwn`and ${counted(left, 'other', 'others')}`)] : []),
    context(mrkdwn`The same on the server: \`npm run -s crm -- doctor\``),
  ])
}

const SEND_AGAIN = button({
  label: 'Send again',
  action: 'send_again' satisfies Action,
  value: 'all',
  confirm: {
    title: 'Send again?',
    text: 'Whatever was given up is sent now, however old it is. What arrived after all is not sent twice.',
    yes: 'Send again',
    no: 'Cancel',
  },
})

function newsOf(sentAgain: number): Mrkdwn {
  if (sentAgain === 0) return mrkdwn`Nothing is left to be sent again.`
  return mrkdwn`${counted(sentAgain, 'message is', 'messages are')} being sent again. Look here again in a minute.`
}

function paragraphs(findings: readonly Finding[]): Mrkdwn[][] {
  const made: Mrkdwn[][] = []
  let room = 0
  let state: FindingState | undefined
  for (const one of findings) {
    const line = finding(one)
    const isFirst = one.state !== state
    if (isFirst || one.state === 'problem' || line.length > room) {
      made.push(isFirst && one.state === 'quiet' ? [ABOUT_QUIET] : [])
      room = IN_A_BLOCK
    }
    made.at(-1)?.push(line)
    room -= line.length
    state = one.state
  }
  return made
}

const ABOUT_QUIET = mrkdwn`Nothing comes from these tools. That is as it should be where you do not use one; else:`

const MARKS: Readonly<Record<FindingState, Mrkdwn>> = {
  problem: mrkdwn`:warning:`,
  ok: mrkdwn`:white_check_mark:`,
  quiet: mrkdwn`:zzz:`,
  off: mrkdwn`:heavy_minus_sign:`,
}

function finding({ name, state, facts, fixes }: Finding): Mrkdwn {
  const words = join(facts.map(factWords), ' · ')
  const what = facts.length > 0 ? words : mrkdwn`switched off`
  const todo = fixes.map((fix) => mrkdwn`→ ${text(fix, 500)}`)
  return join([mrkdwn`${MARKS[state]} *${text(name)}* ${what}`, ...todo], state === 'quiet' ? ' ' : '\n')
}

function factWords(fact: Fact): Mrkdwn {
  if (typeof fact === 'string') return text(fact, 300)
  return mrkdwn`${text(fact.words)} ${'at' in fact ? date(fact.at) : place(fact.place)}`
}
