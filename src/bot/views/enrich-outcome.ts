import type { Want } from '../../core/enrichment/fields.ts'
import type { ContactOutcome } from '../../core/enrichment/outcome.ts'
import type { Lack } from '../../core/enrichment/waterfall.ts'
import { date, join, type Mrkdwn, mrkdwn } from '../mrkdwn.ts'
import { creditsWords, fieldNames, LACK, providerNames } from './enrichment-words.ts'

/** How to switch a provider on. */
export const SETUP: Mrkdwn = mrkdwn`To ask providers too, give the server a key such as \`APOLLO_API_KEY\`, \`HUNTER_API_KEY\` or \`DROPCONTACT_API_KEY\`; the README names them all.`

/** What came of enriching one contact and what it cost, in one sentence. */
export function outcomeSentence(outcome: ContactOutcome): Mrkdwn {
  const { kind, found, asked } = outcome
  const last = asked.at(-1)
  switch (kind) {
    case 'enriched':
      return join([mrkdwn`Found ${fieldNames(found)}`, ...price(outcome)], ' · ')
    case 'complete':
      return mrkdwn`Nothing to look for: everything is known and recent`
    case 'nothing':
      return asked.length > 0
        ? join([mrkdwn`Nobody knows more: ${wereAsked(outcome)}`, ...price(outcome).slice(1)], ' · ')
        : mrkdwn`Nothing new was found`
    case 'waiting':
      return mrkdwn`${last ? mrkdwn`${providerNames([last])} was asked and` : mrkdwn`A provider that was asked`} answers in some minutes. What it says then stands on the card`
    case 'suppressed':
      return last
        ? mrkdwn`${providerNames([last])} was told not to process this person. Nobody else is asked, and nobody should write`
        : mrkdwn`Not asked: this person must not be written to`
    case 'gone':
      return mrkdwn`This contact is no longer in the CRM`
    case 'failed':
      return mrkdwn`Something went wrong on our side, and it is in the log`
  }
}

/** What is still lacking, why, and what helps. */
export function outcomeDetails(outcome: ContactOutcome): Mrkdwn[] {
  const { kind, found, lacking, retryAt } = outcome
  const reasons = Map.groupBy(lacking, ({ why }) => why)
  return [
    ...(kind === 'waiting' && found.length > 0 ? [mrkdwn`Found so far: ${fieldNames(found)}`] : []),
    ...[...reasons].map(([why, wants]) =>
      notFound(
        why,
        wants.map(({ want }) => want),
      ),
    ),
    ...(retryAt === null ? [] : [mrkdwn`Worth trying again: ${date(retryAt)}`]),
    ...(reasons.has('no_provider') ? [SETUP] : []),
  ]
}

const MARK: Readonly<Record<ContactOutcome['kind'], Mrkdwn>> = {
  enriched: mrkdwn`:sparkles:`,
  complete: mrkdwn`:white_check_mark:`,
  nothing: mrkdwn`:heavy_minus_sign:`,
  waiting: mrkdwn`:hourglass_flowing_sand:`,
  suppressed: mrkdwn`:no_entry:`,
  gone: mrkdwn`:warning:`,
  failed: mrkdwn`:warning:`,
}

export function outcomeLine(outcome: ContactOutcome): Mrkdwn {
  return mrkdwn`${MARK[outcome.kind]} ${outcomeSentence(outcome)}`
}

/** True where somebody has answered of late, so that only asking anew, which may cost, tells more. */
export function isAnswered({ kind, lacking }: ContactOutcome): boolean {
  if (kind !== 'enriched' && kind !== 'complete' && kind !== 'nothing') return false
  return lacking.length === 0 || lacking.some(({ why }) => why === 'nobody_knows' || why === 'uncertain')
}

function notFound(why: Lack, wants: readonly Want[]): Mrkdwn {
  return mrkdwn`Not found: ${fieldNames(wants)} (${LACK[why]})`
}

function wereAsked({ asked }: ContactOutcome): Mrkdwn {
  const [only] = asked
  return only && asked.length === 1
    ? mrkdwn`${providerNames([only])} was asked`
    : mrkdwn`${providerNames(asked)} were asked`
}

function price({ asked, credits }: ContactOutcome): Mrkdwn[] {
  if (asked.length === 0) return [mrkdwn`without asking anybody`]
  return [providerNames(asked), credits > 0 ? creditsWords(credits) : mrkdwn`no credits`]
}
