import type { ImportResult } from '../../core/import-contacts.ts'
import type { ImportPlan } from '../../core/import-plan.ts'
import { context, type Message, message, section } from '../blocks.ts'
import { code, count, counted, join, type Mrkdwn, mrkdwn, text } from '../mrkdwn.ts'

export function importingView(name: string): Message {
  const sentence = mrkdwn`Importing ${text(name)}…`
  return message(sentence, [section(mrkdwn`:hourglass_flowing_sand: ${sentence}`)])
}

/** What became of an import; `result` is undefined where nobody could be brought in. */
export function importReportView(name: string, plan: ImportPlan, result: ImportResult | undefined): Message {
  const sentence = mrkdwn`${text(name)}: ${counts(plan, result)}.`
  return message(sentence, [
    section(mrkdwn`${result ? mrkdwn`:white_check_mark:` : mrkdwn`:warning:`} ${sentence}`),
    ...(plan.leftOut.length > 0 ? [section(leftOut(plan))] : []),
    ...(plan.onlyAddresses ? [context(ONLY_ADDRESSES)] : []),
    ...(result ? [context(next(plan))] : []),
  ])
}

const ONLY_ADDRESSES: Mrkdwn = mrkdwn`No row names the columns, so only the addresses were read. With a first row like \`email, first name, last name, company\` the rest comes in, too.`

function counts({ leftOut, unit }: ImportPlan, result: ImportResult | undefined): Mrkdwn {
  const skipped = leftOut.length > 0 ? [mrkdwn`${counted(leftOut.length, unit, PLURAL[unit])} left out`] : []
  if (!result) return join([mrkdwn`nobody could be brought in`, ...skipped], ', ')
  const { created, changed, unchanged, events, erased = 0 } = result
  const history = events > 0 ? [counted(events, 'new engagement', 'new engagements')] : []
  const people = [
    mrkdwn`${count(created)} new`,
    mrkdwn`${count(changed)} changed`,
    mrkdwn`${count(unchanged)} unchanged`,
  ]
  const keptOut = erased > 0 ? [mrkdwn`${count(erased)} left out: erased on request`] : []
  return join([...people, ...history, ...skipped, ...keptOut], ', ')
}

const PLURAL: Readonly<Record<ImportPlan['unit'], string>> = { row: 'rows', line: 'lines', entry: 'entries' }
const SINGULAR: Readonly<Record<ImportPlan['unit'], Mrkdwn>> = {
  row: mrkdwn`Row`,
  line: mrkdwn`Line`,
  entry: mrkdwn`Entry`,
}
const SHOWN = 10

/** The first of them; a long list would say no more. */
function leftOut({ leftOut, unit }: ImportPlan): Mrkdwn {
  const lines = leftOut.slice(0, SHOWN).map(({ at, value, reason }) => {
    const what = value.trim() ? mrkdwn` “${text(value, 60)}”` : mrkdwn``
    return mrkdwn`${SINGULAR[unit]} ${count(at)}${what}: ${text(reason, 120)}`
  })
  const rest = leftOut.length - lines.length
  return join([...lines, ...(rest > 0 ? [mrkdwn`and ${count(rest)} more`] : [])], '\n')
}

function next({ contacts }: ImportPlan): Mrkdwn {
  const [first] = contacts
  return first ? mrkdwn`Look at one: ${code(`/crm lookup ${first.email}`)}` : mrkdwn`See them all: \`/crm stats\``
}
