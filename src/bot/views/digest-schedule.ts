import type { types } from '@slack/bolt'

import { type DigestSchedule, type DigestSettings, WEEKDAYS, type Weekday } from '../../core/digest/settings.ts'
import { actions, button, context, divider, fields, header, type Message, message, section } from '../blocks.ts'
import { isChannelId } from '../channel-audience.ts'
import { boxesInput, channelInput, timeInput } from '../inputs.ts'
import type { Action, FormId } from '../listeners.ts'
import { channel, date, join, type Mrkdwn, mrkdwn, text, user } from '../mrkdwn.ts'
import { may, PRESS_NEEDS, type Role } from '../permissions.ts'
import { modal } from '../surfaces.ts'
import { dayName } from './digest.ts'

/** What is known of the digest: when and where it comes, and whether it can. */
export interface DigestState {
  readonly settings: DigestSettings
  /** The local day of the next one; null where none comes. */
  readonly nextDay: string | null
  readonly last: LastDigest | null
  /** What keeps it from its channel, and what to do about it; null where nothing does. */
  readonly trouble: string | null
}

export interface LastDigest {
  readonly channel: string | null
  /** When it was posted, UTC milliseconds. */
  readonly at: number
}

interface StateOptions {
  readonly role: Role
  /** What has just been done. */
  readonly news?: Mrkdwn
}

/** When and where the digest comes, and what can be done about it. */
export function digestStateView({ settings, nextDay, last, trouble }: DigestState, options: StateOptions): Message {
  const { role, news } = options
  const isOn = settings.channel !== null
  const sentence = isOn ? mrkdwn`The digest comes ${when(settings)} in ${channel(settings.channel)}.` : OFF
  return message(news ?? sentence, [
    header('Daily digest'),
    ...(news ? [section(mrkdwn`:white_check_mark: ${news}`)] : []),
    section(isOn ? sentence : mrkdwn`${OFF} ${may(role, PRESS_NEEDS.digest_change) ? SWITCH_ON : ASK_ADMIN}`),
    ...(trouble === null ? [] : [section(mrkdwn`:warning: ${text(trouble, 500)}`)]),
    ...(isOn || last
      ? [
          fields([
            [mrkdwn`Next`, nextDay === null ? mrkdwn`None` : text(`${dayName(nextDay)} at ${settings.at}`)],
            [mrkdwn`Last`, last ? mrkdwn`${date(last.at)} in ${channel(last.channel ?? '')}` : mrkdwn`None yet`],
          ]),
        ]
      : []),
    context(origin(settings), mrkdwn`Time zone ${text(settings.timeZone)}`),
    stateButtons(settings, role),
  ])
}

const OFF = mrkdwn`The digest is off: no channel was chosen.`
const SWITCH_ON = mrkdwn`With *Change* you choose one. *Preview* shows you what would stand there.`
const ASK_ADMIN = mrkdwn`An admin can choose one. *Preview* shows you what would stand there.`

/** "at 09:00, Monday to Friday,". */
function when({ at, days }: DigestSchedule): Mrkdwn {
  return mrkdwn`${text(daysName(days))} at ${text(at)}`
}

function origin({ saved }: DigestSettings): Mrkdwn {
  return saved ? mrkdwn`Chosen by ${user(saved.by)}, ${date(saved.at)}` : mrkdwn`As set on the server`
}

/** Nobody is shown what they may not do. */
function stateButtons({ channel: to, saved }: DigestSettings, role: Role): types.ActionsBlock {
  const can = (action: Extract<Action, `digest_${string}`>) => may(role, PRESS_NEEDS[action])
  return actions(
    button({ label: 'Preview', action: 'digest_preview' satisfies Action, value: 'now' }),
    ...(can('digest_change')
      ? [button({ label: 'Change', action: 'digest_change' satisfies Action, value: 'now' })]
      : []),
    ...(to !== null && can('digest_test')
      ? [button({ label: 'Send a test', action: 'digest_test' satisfies Action, value: 'now' })]
      : []),
    ...(to !== null && can('digest_now') ? [sendNow()] : []),
    ...(saved && can('digest_reset') ? [reset()] : []),
  )
}

function sendNow(): types.Button {
  return button({
    label: 'Send now',
    action: 'digest_now' satisfies Action,
    value: 'now',
    confirm: {
      title: 'Send the digest now?',
      text: 'Everybody in its channel sees it. The next one comes at its time all the same.',
      yes: 'Send now',
      no: 'Not now',
    },
  })
}

function reset(): types.Button {
  return button({
    label: 'Use the server’s settings',
    action: 'digest_reset' satisfies Action,
    value: 'now',
    confirm: {
      title: 'Use the server’s settings?',
      text: 'What was chosen here is forgotten. The digest comes as CRM_DIGEST_CHANNEL, CRM_DIGEST_AT and CRM_DIGEST_DAYS say, or not at all where they say nothing.',
      yes: 'Use them',
      no: 'Keep these',
    },
  })
}

/** Asks where and when. */
export function digestForm({ channel: to, at, days, timeZone }: DigestSettings): types.ModalView {
  // A menu can begin with no name and no person, and is empty then.
  const keepsChannel = to !== null && !isChannelId(to)
  return modal({
    title: 'Daily digest',
    submit: 'Save',
    close: 'Cancel',
    callbackId: 'digest_schedule' satisfies FormId,
    about: { keepsChannel },
    blocks: [
      channelInput({
        id: 'channel',
        label: 'Channel',
        hint: `${keepsChannel ? KEEP : EMPTY} In a private channel, first type /invite @Touchpoint.`,
        optional: true,
        initial: keepsChannel ? null : to,
      }),
      timeInput({ id: 'at', label: 'Time', hint: `Time zone: ${timeZone}`, initial: at }),
      boxesInput({
        id: 'days',
        label: 'Days',
        hint: 'After days without one, the next tells of all of them.',
        options: WEEKDAYS.map((day) => [day, NAMES[day]]),
        initial: days,
      }),
    ],
  })
}

const EMPTY = 'Leave it empty to switch the digest off.'
const KEEP =
  'Leave it empty to keep the present one, which cannot be shown here. To switch the digest off, save another channel first, then empty it.'

const NAMES: Readonly<Record<Weekday, string>> = {
  mon: 'Monday',
  tue: 'Tuesday',
  wed: 'Wednesday',
  thu: 'Thursday',
  fri: 'Friday',
  sat: 'Saturday',
  sun: 'Sunday',
}

/** "every day", "Monday to Friday", "Monday, Wednesday and Friday". */
export function daysName(days: readonly Weekday[]): string {
  if (days.length === WEEKDAYS.length) return 'every day'
  const names = WEEKDAYS.filter((day) => days.includes(day)).map((day) => NAMES[day])
  const [first = '', last = first] = [names[0], names.at(-1)]
  const places = days.map((day) => WEEKDAYS.indexOf(day))
  const isRow = names.length > 2 && Math.max(...places) - Math.min(...places) === names.length - 1
  if (isRow) return `${first} to ${last}`
  return names.length < 2 ? first : `${names.slice(0, -1).join(', ')} and ${last}`
}

/** The digest as it would be now, for one person, with what would stand in its thread below it. */
export function previewView(digest: Message, thread: readonly Message[]): Message {
  const below = thread.length > 0 ? [divider(), context(mrkdwn`*In its thread*`)] : []
  const classic = [context(ONLY_YOU), ...digest.blocks, ...below, ...thread.flatMap(({ blocks }) => blocks)]
  const [head, ...replies] = [digest, ...thread].map(({ blocks, charted = blocks }) => charted)
  const isCharted = [digest, ...thread].some(({ charted }) => charted)
  return {
    ...message(join([ONLY_YOU, digest.text], ' '), classic),
    ...(isCharted ? { charted: [context(ONLY_YOU), ...(head ?? []), ...below, ...replies.flat()] } : {}),
  }
}

const ONLY_YOU = mrkdwn`Only you see this. It is what a digest would say now.`

export function orderedView(to: string): Message {
  const sentence = mrkdwn`The digest is on its way to ${channel(to)}. It changes nothing about when the next one comes.`
  return message(sentence, [section(mrkdwn`:outbox_tray: ${sentence}`)])
}

/** What is posted to see whether it arrives. */
export function testView(settings: DigestSettings, by: string): Message {
  const sentence = mrkdwn`This is a test by ${user(by)}: the daily digest comes here, ${when(settings)} (${text(settings.timeZone)}).`
  return message(sentence, [
    section(mrkdwn`:test_tube: ${sentence}`),
    context(mrkdwn`\`/crm digest\` shows and changes it`),
  ])
}
