import type { Estimate } from '../../core/enrichment/enrich.ts'
import type { ProviderId } from '../../core/enrichment/provider.ts'
import { actions, button, context, type Message, message, section } from '../blocks.ts'
import type { Action } from '../listeners.ts'
import { code, count, counted, join, type Mrkdwn, mrkdwn } from '../mrkdwn.ts'
import { SETUP } from './enrich-outcome.ts'
import { creditsWords, providerNames } from './enrichment-words.ts'

/** What enriching those whom `filter` means would cost, before anybody is asked. */
export function enrichCostView(filter: string, estimate: Estimate, providers: readonly ProviderId[]): Message {
  const { contacts, toAsk } = estimate
  const which = mrkdwn`${counted(contacts, 'contact matches', 'contacts match')} ${code(filter)}.`
  if (contacts === 0) {
    return said(mrkdwn`No contact matches ${code(filter)}.`, [], [HINT])
  }
  const choice = actions(start(filter, contacts), notNow())
  if (providers.length === 0) return said(which, [FREE], [SETUP], [choice])
  if (toAsk === 0) return said(which, [NOTHING_LEFT], [])
  return said(which, costs(estimate), [asked(providers), NEVER], [choice])
}

export const notStartedView = (): Message => said(mrkdwn`Nobody was asked, and nothing was spent.`, [], [])

const HINT: Mrkdwn = mrkdwn`Filters are \`status:\` \`domain:\` \`tag:\` \`campaign:\` \`owner:\`. Names in several words stand in quotes: \`/crm enrich campaign:"Spring launch" status:new\``
const FREE: Mrkdwn = mrkdwn`No provider is switched on, so only what costs nothing is looked at: colleagues’ contacts, the domain and its mail servers, the address itself.`
const NOTHING_LEFT: Mrkdwn = mrkdwn`There is nothing to ask about them: all is known and recent, or everybody who could know was asked.`
const NEVER: Mrkdwn = mrkdwn`Nobody is asked about people who must not be written to`

function costs({ contacts, toAsk, least, most, spentToday, dailyCredits }: Estimate): Mrkdwn[] {
  const left = Math.max(0, dailyCredits - spentToday)
  const lack =
    toAsk === contacts ? mrkdwn`All of them lack` : mrkdwn`${counted(toAsk, 'of them lacks', 'of them lack')}`
  const price = least === most ? creditsWords(most) : mrkdwn`between ${count(least)} and ${creditsWords(most)}`
  return [
    mrkdwn`${lack} something that a provider could know. Asking costs *${price}*.`,
    mrkdwn`${count(spentToday)} of ${creditsWords(dailyCredits)} are spent today. ${enough(left, least, most)}`,
  ]
}

/** Whether what is left of the day will do. */
function enough(left: number, least: number, most: number): Mrkdwn {
  if (left >= most) return mrkdwn`${creditsWords(left)} ${left === 1 ? mrkdwn`is` : mrkdwn`are`} left.`
  if (left <= 0) return mrkdwn`:warning: Nothing is left: providers are asked tomorrow.`
  const may = left < least ? mrkdwn`will not do` : mrkdwn`may not do`
  return mrkdwn`:warning: The ${count(left)} left ${may}: the rest is asked about tomorrow.`
}

function asked(providers: readonly ProviderId[]): Mrkdwn {
  return mrkdwn`Switched on: ${providerNames(providers)}`
}

function start(filter: string, contacts: number) {
  return button({
    label: `Enrich ${counted(contacts, 'contact', 'contacts')}`,
    action: 'enrich_start' satisfies Action,
    value: filter,
    primary: true,
  })
}

function notNow() {
  return button({ label: 'Not now', action: 'enrich_cancel' satisfies Action, value: 'not now' })
}

function said(
  first: Mrkdwn,
  sentences: readonly Mrkdwn[],
  hints: readonly Mrkdwn[],
  choices: readonly ReturnType<typeof actions>[] = [],
): Message {
  const whole = join([first, ...sentences], ' ')
  return message(whole, [
    section(join([first, ...sentences], '\n')),
    ...(hints.length > 0 ? [context(...hints)] : []),
    ...choices,
  ])
}
