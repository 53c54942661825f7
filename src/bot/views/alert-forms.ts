import { createHash } from 'node:crypto'

import type { types } from '@slack/bolt'

import { ALERT_KINDS, KINDS, type KindSettings } from '../../core/alerts/kinds.ts'
import type { QuietHours } from '../../core/alerts/quiet-hours.ts'
import { type AlertRule, isChannel, isPerson, TO_OWNER } from '../../core/alerts/rules.ts'
import { actions, button, context, section } from '../blocks.ts'
import { boxesInput, channelInput, memberInput, textInput, timeInput, typeAheadInput } from '../inputs.ts'
import type { Action, FormId, MenuId } from '../listeners.ts'
import { mrkdwn, plain } from '../mrkdwn.ts'
import { modal } from '../surfaces.ts'
import { KIND_NAMES } from './alert-words.ts'

/** Asks what people are told, and where the lines are. */
export function kindsForm(kinds: KindSettings): types.ModalView {
  return modal({
    title: 'What you are told',
    submit: 'Save',
    close: 'Cancel',
    callbackId: 'alerts_kinds' satisfies FormId,
    about: {},
    blocks: [
      boxesInput({
        id: 'kinds',
        label: 'Tell us when',
        optional: true,
        options: ALERT_KINDS.map((kind) => [kind, `${KIND_NAMES[kind].name}: ${KIND_NAMES[kind].when}`]),
        initial: ALERT_KINDS.filter((kind) => kinds[kind].isOn),
      }),
      textInput({
        id: 'hot',
        label: 'Score that makes a contact hot',
        hint: 'A reply is worth 20 points, a form 15, a click 5, an open 1; half of it is left after 14 days.',
        max: 10,
        initial: String(kinds.hot.threshold ?? KINDS.hot.line?.usual),
      }),
      textInput({
        id: 'bounce_rate',
        label: 'Percent of a campaign that bounce for good',
        hint: 'Told above this, once a week, of campaigns with at least 50 people.',
        max: 10,
        initial: String(kinds.bounce_rate.threshold ?? KINDS.bounce_rate.line?.usual),
      }),
    ],
  })
}

/** Asks which alerts go where; without a rule, for a new one. */
export function ruleForm(rule?: AlertRule): types.ModalView {
  const { id, kinds = [], campaign = null, tag = null, owner = null, target = '' } = rule ?? {}
  return modal({
    title: rule ? 'Change a rule' : 'Add a rule',
    submit: 'Save',
    close: 'Cancel',
    callbackId: 'alerts_rule' satisfies FormId,
    about: id === undefined ? {} : { rule: id },
    blocks: [
      section(mrkdwn`*Where to?* Choose one of these.`),
      channelInput({
        id: 'channel',
        label: 'A channel',
        hint: 'Invite the app there first: /invite @Touchpoint',
        optional: true,
        initial: isChannel(target) ? target : null,
      }),
      memberInput({
        id: 'person',
        label: 'Or a person',
        hint: 'In a direct message, outside of their quiet hours.',
        optional: true,
        initial: isPerson(target) ? target : null,
      }),
      boxesInput({
        id: 'owner_of_contact',
        label: 'Or whoever it concerns',
        optional: true,
        options: [[TO_OWNER, 'The owner of the contact']],
        initial: target === TO_OWNER ? [TO_OWNER] : [],
      }),
      { type: 'divider' },
      boxesInput({
        id: 'kinds',
        label: 'Which alerts?',
        hint: 'Tick none for all that are switched on.',
        optional: true,
        options: ALERT_KINDS.map((kind) => [kind, KIND_NAMES[kind].name]),
        initial: kinds,
      }),
      typeAheadInput({
        id: 'campaign',
        action: 'alerts_campaign' satisfies MenuId,
        label: 'Of which campaign?',
        hint: 'Leave it empty for all of them. Type its name; it need not have begun.',
        placeholder: 'Any campaign',
        initial: campaign === null ? null : nameOption(campaign),
      }),
      typeAheadInput({
        id: 'tag',
        action: 'alerts_tag' satisfies MenuId,
        label: 'About contacts with which tag?',
        hint: 'Leave it empty for everybody.',
        placeholder: 'Any tag',
        initial: tag === null ? null : nameOption(tag),
      }),
      memberInput({ id: 'owner', label: 'About contacts of which owner?', optional: true, initial: owner }),
      actions(button({ label: 'Send a test', action: 'alerts_rule_try' satisfies Action, value: 'form' })),
      context(mrkdwn`The test goes where this rule would send alerts, whether it is saved or not`),
    ],
  })
}

/** What an option of a menu of names carries: the name itself, or of a long one what it can be found by. */
export const AS_TYPED = '='
export const BY_HASH = '#'
const MOST_IN_A_VALUE = 75

export function nameHash(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 32)
}

export function nameOption(name: string): types.PlainTextOption {
  const fits = name.length < MOST_IN_A_VALUE && name.isWellFormed()
  const value = fits ? `${AS_TYPED}${name}` : `${BY_HASH}${nameHash(name)}`
  return { text: { type: 'plain_text', text: plain(name, 75), emoji: false }, value }
}

/** Names to choose from, and what was typed where it is none of them and short enough. */
export function nameOptions(names: readonly string[], typed: string): types.PlainTextOption[] {
  const own = plain(typed, 1000)
  const isNew = typed.trim() !== '' && own.length < MOST_IN_A_VALUE && !names.some((name) => alike(name, own))
  return [...names.map(nameOption), ...(isNew ? [nameOption(own)] : [])]
}

function alike(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase()
}

/** Asks when somebody wants to be left alone. `timeZone` is where they are. */
export function quietForm(hours: QuietHours | null, timeZone: string): types.ModalView {
  return modal({
    title: 'Quiet hours',
    submit: 'Save',
    close: 'Cancel',
    callbackId: 'alerts_quiet' satisfies FormId,
    about: {},
    blocks: [
      section(mrkdwn`Alerts that are sent to you wait until these hours end. Those in channels do not.`),
      timeInput({ id: 'from', label: 'From', initial: hours?.from ?? '19:00' }),
      timeInput({
        id: 'until',
        label: 'Until',
        hint: `By the clock where you are, as your Slack profile says: ${plain(timeZone, 60)}.`,
        initial: hours?.until ?? '08:00',
      }),
    ],
  })
}
