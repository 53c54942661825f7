import { randomUUID } from 'node:crypto'

import type { types } from '@slack/bolt'

import type { AlertChoices } from '../core/alerts/choices.ts'
import { type AlertRule, isTarget, TO_OWNER } from '../core/alerts/rules.ts'
import { isTimeZone } from '../core/config.ts'
import { CrmError, UncertainError } from '../core/errors.ts'
import type { Actor } from './actor.ts'
import type { Message } from './blocks.ts'
import { type DigestDeps, troubleWith } from './digests.ts'
import { readRule } from './forms/rule-input.ts'
import type { Press } from './listeners.ts'
import { mrkdwn, text } from './mrkdwn.ts'
import type { Person } from './roles.ts'
import type { SlackSender } from './sender.ts'
import { messageModal } from './surfaces.ts'
import { kindsForm, quietForm, ruleForm } from './views/alert-forms.ts'
import { alertsView, alertTestView, type News, newsView } from './views/alert-settings.ts'
import { placeWords } from './views/alert-words.ts'

export interface AlertSettingsDeps extends Pick<DigestDeps, 'channelState'> {
  /** Posts what is no more than a test: that it is refused is for whoever asked for it alone. */
  readonly postTest: SlackSender['post']
  readonly alertChoices: AlertChoices
  /** All there are. */
  readonly knownNames: () => Promise<{ readonly campaigns: readonly string[]; readonly tags: readonly string[] }>
  /** Where somebody is, by their profile in Slack; null where it does not say. */
  readonly timeZoneOf: (userId: string) => Promise<string | null>
  /** What Slack says of somebody, or undefined where it knows nobody of that id. */
  readonly person: (userId: string) => Promise<Person | undefined>
  /** The zone of those of whom Slack says none. */
  readonly timeZone: string
}

type AlertsPress = Extract<Press, { action: `alerts_${string}` }>

/** `entered` is what stands in the form in which the button stands. */
export async function pressAlerts(
  press: AlertsPress,
  actor: Actor,
  deps: AlertSettingsDeps,
  entered?: unknown,
): Promise<Message | types.ModalView> {
  const { alertChoices: choices } = deps
  switch (press.action) {
    case 'alerts_open':
      return await alertsPage(actor, deps)
    case 'alerts_kinds':
      return kindsForm((await choices.state(actor.userId)).kinds)
    case 'alerts_rule_new':
      return ruleForm()
    case 'alerts_rule': {
      const rule = await choices.rule(press.value)
      return rule ? ruleForm(rule) : await alertsPage(actor, deps, GONE)
    }
    case 'alerts_rule_ask':
      return alertsView(await choices.state(actor.userId), { role: actor.role, asked: press.value })
    case 'alerts_rule_remove':
      await choices.removeRule(press.value)
      return await alertsPage(actor, deps, { words: mrkdwn`The rule is removed.` })
    case 'alerts_rule_test': {
      const { channel } = await choices.state(actor.userId)
      const rule = press.value === 0 ? null : await choices.rule(press.value)
      const to = rule === null ? channel : rule?.target
      return await alertsPage(actor, deps, to ? await tested(rule ?? null, to, actor, deps) : GONE)
    }
    case 'alerts_rule_try': {
      // Above the form, which stays as it is.
      return messageModal('Send a test', newsView(await triedOut(entered, actor, deps)))
    }
    case 'alerts_quiet': {
      const { quiet } = await choices.state(actor.userId)
      return quietForm(quiet, await zoneOf(actor.userId, deps))
    }
    case 'alerts_quiet_off':
      await choices.setQuietHours(actor.userId, null)
      return await alertsPage(actor, deps, { words: mrkdwn`You have no quiet hours.` })
  }
}

const GONE: News = { words: mrkdwn`Somebody has removed this rule meanwhile.`, isTrouble: true }

/** What holds now, below what has just been done. */
export async function alertsPage(
  { userId, role }: Actor,
  { alertChoices }: Pick<AlertSettingsDeps, 'alertChoices'>,
  news?: News,
): Promise<Message> {
  return alertsView(await alertChoices.state(userId), { role, ...(news ? { news } : {}) })
}

/** Sends a test to where the rule in a form would send alerts. */
async function triedOut(entered: unknown, actor: Actor, deps: AlertSettingsDeps): Promise<News> {
  const { kinds, targets } = readRule(entered ?? {})
  const [target, another] = targets
  if (target === undefined || another !== undefined || !isTarget(target))
    return { words: mrkdwn`Choose one channel, one person, or the owner first: the test goes there.`, isTrouble: true }
  return await tested({ kinds, target }, target, actor, deps)
}

/** Whoever asks stands in for an owner, of whom there is none without a contact. */
async function tested(
  rule: Pick<AlertRule, 'kinds' | 'target'> | null,
  target: string,
  { userId }: Actor,
  { postTest, channelState }: AlertSettingsDeps,
): Promise<News> {
  const to = target === TO_OWNER ? userId : target
  const where = placeWords(to)
  try {
    await postTest({ ...alertTestView(rule, userId), channel: to, key: `alert_test:${randomUUID()}` })
    return { words: mrkdwn`The test is in ${where}.` }
  } catch (error) {
    if (!(error instanceof CrmError)) throw error
    if (error instanceof UncertainError)
      return { words: mrkdwn`Slack did not say whether the test is in ${where}. Please look there.`, isTrouble: true }
    const trouble = await troubleWith(to, channelState)
    const why = text(trouble?.words ?? error.message, 500)
    return { words: mrkdwn`The test did not arrive in ${where}. ${why}`, isTrouble: true }
  }
}

/** Where somebody is, by their profile in Slack. */
export async function zoneOf(
  userId: string,
  { timeZoneOf, timeZone }: Pick<AlertSettingsDeps, 'timeZoneOf' | 'timeZone'>,
): Promise<string> {
  const zone = await timeZoneOf(userId)
  return zone && isTimeZone(zone) ? zone : timeZone
}
