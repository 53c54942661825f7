import type { types } from '@slack/bolt'

import { type AlertsState, MOST_RULES } from '../../core/alerts/choices.ts'
import { ALERT_KINDS, type KindSettings } from '../../core/alerts/kinds.ts'
import { type AlertRule, TO_OWNER } from '../../core/alerts/rules.ts'
import { actions, button, context, divider, header, type Message, message, overflow, section } from '../blocks.ts'
import { channelRefusal } from '../channel-refusals.ts'
import { type Action, writeChoice } from '../listeners.ts'
import { channel, join, type Mrkdwn, mrkdwn, text, user } from '../mrkdwn.ts'
import { may, PRESS_NEEDS, type Role } from '../permissions.ts'
import { KIND_NAMES, kindsWords, placeWords, quietWords, ruleWords, whenWords } from './alert-words.ts'

export interface AlertsViewOptions {
  readonly role: Role
  readonly news?: News
  /** The rule of which it is asked whether it is to go. */
  readonly asked?: number
}

/** Which alerts there are, where they go, and when they leave one alone. */
export function alertsView(state: AlertsState, { role, news, asked }: AlertsViewOptions): Message {
  const isAdmin = may(role, PRESS_NEEDS.alerts_kinds)
  const { rules, quiet } = state
  return message(news?.words ?? inShort(state), [
    header('Alerts'),
    ...(news ? [newsLine(news)] : []),
    section(kindLines(state.kinds), isAdmin ? KINDS : undefined),
    divider(),
    section(
      mrkdwn`*Where they go*\n${fallbackWords(state)}`,
      isAdmin && state.channel !== null ? TEST_CHANNEL : undefined,
    ),
    ...(rules.length === 0 ? [context(isAdmin ? WHY_RULES : WHY_RULES_ARE_MISSING)] : []),
    ...rules.slice(0, MOST_RULES).map((rule) => ruleRow(rule, state, isAdmin)),
    ...(asked === undefined ? [] : question(rules.find(({ id }) => id === asked))),
    ...(isAdmin && rules.length < MOST_RULES ? [actions(ADD_RULE)] : []),
    divider(),
    section(
      mrkdwn`*Your quiet hours*\n${quiet ? mrkdwn`${quietWords(quiet)}: what is sent to you waits until they end.` : NO_QUIET}`,
    ),
    actions(button({ ...QUIET, label: quiet ? 'Change hours' : 'Set quiet hours' }), ...(quiet ? [QUIET_OFF] : [])),
    context(isAdmin ? mrkdwn`Quiet hours are everybody’s own; channels have none` : ASK_ADMIN),
  ])
}

const DONE = mrkdwn`:white_check_mark:`
const WARNING = mrkdwn`:warning:`
const OFF = mrkdwn`:heavy_minus_sign:`

function inShort({ kinds, rules, channel: to }: AlertsState): Mrkdwn {
  const on = ALERT_KINDS.filter((kind) => kinds[kind].isOn)
  if (on.length === 0) return mrkdwn`All alerts are switched off.`
  const places = [...new Set([...rules.map(({ target }) => target), ...(to === null ? [] : [to])])]
  if (places.length === 0) return mrkdwn`Alerts go nowhere yet.`
  return mrkdwn`${kindsWords(on)}: to ${join(places.slice(0, 10).map(placeWords), ', ')}.`
}

function kindLines(kinds: KindSettings): Mrkdwn {
  const lines = ALERT_KINDS.map(
    (kind) => mrkdwn`${kinds[kind].isOn ? DONE : OFF} *${text(KIND_NAMES[kind].name)}* · ${whenWords(kind, kinds)}`,
  )
  return join([mrkdwn`*What you are told*`, ...lines], '\n')
}

function fallbackWords({ channel: to, rules, troubles }: AlertsState): Mrkdwn {
  if (to !== null) {
    const trouble = troubleWords(to, troubles)
    const what = rules.length === 0 ? mrkdwn`Everything goes to` : mrkdwn`What no rule below sends anywhere goes to`
    return join([mrkdwn`${what} ${channel(to)}.`, ...trouble], '\n')
  }
  return rules.length === 0
    ? mrkdwn`${WARNING} Nowhere yet: add a rule, or have \`CRM_ALERT_CHANNEL\` set on the server.`
    : mrkdwn`What no rule below sends anywhere is not told: \`CRM_ALERT_CHANNEL\` is not set on the server.`
}

function troubleWords(target: string, troubles: AlertsState['troubles']): Mrkdwn[] {
  const refusal = channelRefusal(target, troubles.get(target) ?? '')
  return refusal
    ? [mrkdwn`${WARNING} Nothing arrives there: ${text(refusal.why)}. To mend it, ${text(refusal.fix)}.`]
    : []
}

function ruleRow(rule: AlertRule, { kinds, troubles }: AlertsState, isAdmin: boolean): types.SectionBlock {
  const isIdle = rule.kinds.length > 0 && rule.kinds.every((kind) => !kinds[kind].isOn)
  const lines = [
    ruleWords(rule),
    ...(isIdle ? [mrkdwn`${OFF} Switched off above, so this rule does nothing.`] : []),
    ...troubleWords(rule.target, troubles),
  ]
  return section(join(lines, '\n'), isAdmin ? ruleMenu(rule) : undefined)
}

function ruleMenu({ id }: AlertRule): types.Overflow {
  const entry = (label: string, action: Action) => [label, writeChoice(action, String(id))] as const
  return overflow(`alerts_rule_menu:${id}`, [
    entry('Change', 'alerts_rule'),
    entry('Send a test', 'alerts_rule_test'),
    entry('Remove', 'alerts_rule_ask'),
  ])
}

function question(rule: AlertRule | undefined): types.KnownBlock[] {
  if (!rule) return []
  const value = String(rule.id)
  return [
    section(mrkdwn`*Remove this rule?* ${ruleWords(rule)}`),
    actions(
      button({ label: 'Remove it', action: 'alerts_rule_remove' satisfies Action, value }),
      button({ label: 'Keep it', action: 'alerts_open' satisfies Action, value: 'now' }),
    ),
  ]
}

const KINDS = button({ label: 'Choose alerts', action: 'alerts_kinds' satisfies Action, value: 'now' })
const TEST_CHANNEL = button({ label: 'Test', action: `${'alerts_rule_test' satisfies Action}:0`, value: '0' })
const ADD_RULE = button({ label: 'Add a rule', action: 'alerts_rule_new' satisfies Action, value: 'now' })
const QUIET = { action: 'alerts_quiet' satisfies Action, value: 'now' } as const
const QUIET_OFF = button({ label: 'No quiet hours', action: 'alerts_quiet_off' satisfies Action, value: 'now' })

const WHY_RULES = mrkdwn`With a rule, alerts of one campaign, tag or owner go to a channel or a person of their own, or to whoever owns the contact`
const WHY_RULES_ARE_MISSING = mrkdwn`There are no rules that send some alerts elsewhere`
const NO_QUIET = mrkdwn`None: what is sent to you comes at any hour.`
const ASK_ADMIN = mrkdwn`Quiet hours are your own. What is told and where it goes is for admins to change`

/** What has just been done, or why it was not. */
export interface News {
  readonly words: Mrkdwn
  readonly isTrouble?: boolean
}

export function newsView(news: News): Message {
  return message(news.words, [newsLine(news)])
}

function newsLine({ words, isTrouble = false }: News): types.SectionBlock {
  return section(mrkdwn`${isTrouble ? WARNING : DONE} ${words}`)
}

/** What is posted to see whether it arrives. */
export function alertTestView(rule: Pick<AlertRule, 'kinds' | 'target'> | null, by: string): Message {
  const what = rule ? kindsWords(rule.kinds) : mrkdwn`Alerts that no rule sends elsewhere`
  const where =
    rule?.target === TO_OWNER
      ? mrkdwn`will go to the owner of the contact, as this came to you`
      : mrkdwn`will come here`
  const sentence = mrkdwn`This is a test by ${user(by)}: ${what} ${where}. Nothing has happened.`
  return message(sentence, [
    section(mrkdwn`:test_tube: ${sentence}`),
    context(mrkdwn`\`/crm alerts\` shows and changes what is told where`),
  ])
}
