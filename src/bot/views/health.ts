import { type Fact, type Finding, type FindingState, inOrder } from '../../core/finding.ts'
import { context, header, type Message, message, section } from '../blocks.ts'
import { counted, date, join, type Mrkdwn, mrkdwn, text } from '../mrkdwn.ts'

/** As many as people read; the most of them that a message may need blocks for have one each. */
const SHOWN = 40
/** Characters of those that need nobody: they stand close together, as long as a block takes them. */
const IN_A_BLOCK = 2500

/** What needs somebody first, each with what to do. */
export function healthView(findings: readonly Finding[]): Message {
  const problems = findings.filter(({ state }) => state === 'problem').length
  const summary =
    problems === 0
      ? mrkdwn`All is well.`
      : mrkdwn`${counted(problems, 'thing needs', 'things need')} somebody who runs the server.`
  const left = findings.length - SHOWN
  return message(summary, [
    header('Health'),
    section(summary),
    ...paragraphs(inOrder(findings).slice(0, SHOWN)).map((lines) => section(join(lines, '\n'))),
    ...(left > 0 ? [context(mrkdwn`and ${counted(left, 'other', 'others')}`)] : []),
    context(mrkdwn`The same on the server: \`npm run -s crm -- doctor\``),
  ])
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
  return typeof fact === 'string' ? text(fact, 300) : mrkdwn`${text(fact.words)} ${date(fact.at)}`
}
