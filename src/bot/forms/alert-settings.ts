import { z } from 'zod'

import type { RuleChoice } from '../../core/alerts/choices.ts'
import { type AlertKind, KINDS, type KindSettings } from '../../core/alerts/kinds.ts'
import { isClockTime } from '../../core/alerts/quiet-hours.ts'
import { isPerson, isTarget, TO_OWNER } from '../../core/alerts/rules.ts'
import { parseTags } from '../../core/tags.ts'
import { type AlertSettingsDeps, alertsPage, zoneOf } from '../alert-settings.ts'
import { troubleWith } from '../digests.ts'
import type { FormId } from '../listeners.ts'
import { type Mrkdwn, mrkdwn, text } from '../mrkdwn.ts'
import { quietWords, ruleWords } from '../views/alert-words.ts'
import { choicesInput, lineInput, type Submission, type Submit, type Submitted, timeInput } from './form.ts'
import { nameChosen, type RuleEntered, readRule } from './rule-input.ts'

type AlertsForm = Extract<FormId, `alerts_${string}`>

const KindsValues = z.object({ kinds: choicesInput, hot: lineInput, bounce_rate: lineInput })
const RuleAbout = z.object({ rule: z.int().positive().nullish().default(null) })
const QuietValues = z.object({ from: timeInput, until: timeInput })

/** What the forms of `/crm alerts` do when they are sent off. */
export function alertSettingsSubmits(deps: AlertSettingsDeps): Readonly<Record<AlertsForm, Submit>> {
  const { alertChoices: choices } = deps

  async function done({ actor }: Submission, words: Mrkdwn, isTrouble = false): Promise<Submitted> {
    return { kind: 'answer', title: 'Alerts', answer: await alertsPage(actor, deps, { words, isTrouble }) }
  }

  return {
    async alerts_kinds(submission) {
      const entered = KindsValues.parse(submission.values)
      const hot = lineOf('hot', entered.hot)
      if (hot === undefined) return wrong('hot', 'Type a number from 1 to 1000, such as 30.')
      const bounced = lineOf('bounce_rate', entered.bounce_rate)
      if (bounced === undefined) return wrong('bounce_rate', 'Type a number from 0.1 to 100, such as 5.')
      await choices.setKinds(kindsOf(entered.kinds, { hot, bounce_rate: bounced }), submission.actor.userId)
      return await done(submission, mrkdwn`Saved. It holds from the next event on.`)
    },

    async alerts_rule(submission) {
      const { rule: id } = RuleAbout.parse(submission.about)
      const entered = readRule(submission.values)
      const read = await ruleFrom(entered, id, deps)
      if ('errors' in read) return read
      const { rule, advice } = read
      const outcome = await choices.saveRule(rule, id, submission.actor.userId)
      if (outcome === 'full')
        return wrong('channel', 'There are as many rules as there may be. Remove one, or let one do for several.')
      if (outcome === 'gone')
        return await done(submission, mrkdwn`Somebody has removed this rule meanwhile. Nothing was saved.`, true)
      const saved = mrkdwn`Saved: ${ruleWords(rule)}.`
      return advice === null
        ? await done(submission, saved)
        : await done(submission, mrkdwn`${saved} ${text(advice, 500)}`, true)
    },

    async alerts_quiet(submission) {
      const { from, until } = QuietValues.parse(submission.values)
      if (!isTime(from)) return wrong('from', 'Choose a time, such as 19:00.')
      if (!isTime(until)) return wrong('until', 'Choose a time, such as 08:00.')
      if (from === until) return wrong('until', 'Choose another time than the one they begin at.')
      const { userId } = submission.actor
      const hours = { from, until, timeZone: await zoneOf(userId, deps) }
      await choices.setQuietHours(userId, hours)
      return await done(submission, mrkdwn`Your quiet hours are ${quietWords(hours)}.`)
    },
  }
}

function isTime(time: string | null): time is string {
  return time !== null && isClockTime(time)
}

/** The line as somebody typed it, `5 %` and `2,5` too; undefined where it is none. Empty goes back to the usual. */
function lineOf(kind: AlertKind, typed: string | null): number | null | undefined {
  const { line } = KINDS[kind]
  if (line === null || typed === null) return null
  const number = Number(/^(\d{1,4}(?:[.,]\d{1,2})?) ?%?$/.exec(typed)?.[1]?.replace(',', '.'))
  return number >= line.least && number <= line.most ? number : undefined
}

function kindsOf(on: readonly string[], lines: Partial<Readonly<Record<AlertKind, number | null>>>): KindSettings {
  const setting = (kind: AlertKind) => ({ isOn: on.includes(kind), threshold: lines[kind] ?? null })
  return {
    replied: setting('replied'),
    hot: setting('hot'),
    reopened: setting('reopened'),
    unsubscribed: setting('unsubscribed'),
    complained: setting('complained'),
    bounce_rate: setting('bounce_rate'),
    source_silent: setting('source_silent'),
  }
}

/** The rule that was entered and what else is to be done for it, or what is wrong with it. */
async function ruleFrom(
  { targets, kinds, owner, ...names }: RuleEntered,
  id: number | null,
  deps: AlertSettingsDeps,
): Promise<{ readonly rule: RuleChoice; readonly advice: string | null } | ReturnType<typeof wrong>> {
  const [target, another] = targets
  if (target === undefined || !isTarget(target))
    return wrong('channel', 'Choose where to: a channel, a person, or the owner.')
  if (another !== undefined)
    return wrong('channel', 'Choose one of them. Another rule can send the same elsewhere, too.')
  if (owner !== null && !isPerson(owner)) return wrong('owner', 'Choose a member of the workspace.')
  if (target === TO_OWNER && kinds.length > 0 && kinds.every((kind) => isNotice(kind)))
    return wrong(
      'owner_of_contact',
      'These alerts are about no single contact, so nobody owns it. Choose a channel or a person.',
    )

  const before = id === null ? undefined : await deps.alertChoices.rule(id)
  const known = needsNames(names) ? await deps.knownNames() : { campaigns: [], tags: [] }
  const campaign = nameChosen(names.campaign, [...known.campaigns, before?.campaign ?? ''])
  if (campaign === undefined) return wrong('campaign', 'This campaign is not there any more. Choose another one.')
  const tag = nameChosen(names.tag, [...known.tags, before?.tag ?? ''])
  if (tag === undefined) return wrong('tag', 'Nobody has this tag any more. Choose another one.')
  const [plainTag, more] = tag === null ? [] : parseTags(tag)
  if (tag !== null && (plainTag === undefined || more !== undefined)) return wrong('tag', 'Choose one tag.')

  const rule = { kinds, campaign, tag: plainTag ?? null, owner, target }
  if (isPerson(target)) {
    const reader = await deps.person(target)
    const isShutOut = !reader || reader.deleted || reader.is_bot || reader.is_restricted || reader.is_ultra_restricted
    return isShutOut
      ? wrong('person', 'They cannot read the CRM: they have left, or are a guest or an app.')
      : { rule, advice: null }
  }
  const trouble = await troubleWith(target, deps.channelState)
  if (trouble?.isFinal) return wrong('channel', trouble.words)
  return { rule, advice: trouble?.words ?? null }
}

function isNotice(kind: AlertKind): boolean {
  return kind === 'bounce_rate' || kind === 'source_silent'
}

function needsNames({ campaign, tag }: Pick<RuleEntered, 'campaign' | 'tag'>): boolean {
  return [campaign, tag].some((chosen) => chosen !== null && 'hash' in chosen)
}

function wrong(input: string, sentence: string) {
  return { kind: 'errors', errors: { [input]: sentence } } as const
}
