import type { Alerts } from '../../core/alerts/alerts.ts'
import type { Alert } from '../../core/alerts/read-alert.ts'
import type { TriageOutcome } from '../../core/alerts/triage.ts'
import { addDays } from '../../core/time.ts'
import type { Actor } from '../actor.ts'
import type { Answer } from '../answers.ts'
import { type Message, message, section } from '../blocks.ts'
import { SHOWN_IN_PLACE } from '../import-answers.ts'
import type { Press } from '../listeners.ts'
import { type Mrkdwn, mrkdwn } from '../mrkdwn.ts'
import { alertView } from '../views/alert.ts'
import { laterForm } from '../views/alert-later-form.ts'
import { whoMade } from '../views/alert-lines.ts'
import { undoSentence } from '../views/change-words.ts'
import { goneView } from '../views/problem.ts'

export interface AlertAnswerDeps {
  readonly alerts: Pick<Alerts, 'read' | 'triage' | 'later' | 'undo' | 'today' | 'offersUndo'>
  /** Changes the message that everybody sees; false where that comes later. */
  readonly showAlert: (conversation: number) => Promise<boolean>
  /** The time zone of somebody, as Slack knows it. */
  readonly timeZoneOf: (userId: string) => Promise<string | null>
}

type AlertPress = Extract<Press, { action: 'alert_triage' | 'alert_later' | 'alert_undo' | 'alert_open' }>

/** The alert itself shows what was done; what was not done is said to whoever tried. */
export async function answerAlert(press: AlertPress, { userId: by }: Actor, deps: AlertAnswerDeps): Promise<Answer> {
  const { alerts, showAlert, timeZoneOf } = deps
  switch (press.action) {
    case 'alert_open':
      return await privately(press.value, deps)
    case 'alert_triage': {
      const { conversation, kind, isPrivate } = press.value
      return await triaged(await alerts.triage(conversation, kind, by), { conversation, isPrivate, by }, deps)
    }
    case 'alert_later': {
      const { conversation, isPrivate } = press.value
      const alert = await alerts.read(conversation)
      if (!alert) return goneView()
      const today = alerts.today(await timeZoneOf(by))
      return laterForm({ alert, initial: addDays(today, USUAL_DAYS), isPrivate })
    }
    case 'alert_undo': {
      const { conversation, change, isPrivate } = press.value
      const undoing = await alerts.undo(change, by)
      if (undoing.kind === 'gone') return goneView()
      if (undoing.kind !== 'changed') return sentence(undoSentence(undoing))
      const isShown = await showAlert(conversation)
      if (isPrivate) return await privately(conversation, deps)
      return isShown ? SHOWN_IN_PLACE : sentence(undoSentence(undoing))
    }
  }
}

const USUAL_DAYS = 7

export interface Pressed {
  readonly conversation: number
  readonly isPrivate: boolean
  /** A Slack user id. */
  readonly by: string
}

export async function triaged(
  outcome: TriageOutcome,
  { conversation, isPrivate, by }: Pressed,
  deps: Pick<AlertAnswerDeps, 'alerts' | 'showAlert'>,
): Promise<Message> {
  switch (outcome.kind) {
    case 'gone':
      return goneView()
    case 'taken':
      return sentence(
        outcome.triage.by === by
          ? mrkdwn`Nothing to change: ${whoMade(outcome.triage)}.`
          : mrkdwn`Somebody was first: ${whoMade(outcome.triage)}. Nothing was changed; ask them, or take it back on the card under *History*.`,
      )
    case 'done': {
      const isShown = await deps.showAlert(conversation)
      if (isPrivate) return await privately(conversation, deps)
      return isShown ? SHOWN_IN_PLACE : sentence(mrkdwn`Done. Slack is slow to answer: the alert shows it in a moment.`)
    }
  }
}

/** The alert for one person alone, with its buttons. */
async function privately(conversation: number, { alerts }: Pick<AlertAnswerDeps, 'alerts'>): Promise<Message> {
  const alert: Alert | undefined = await alerts.read(conversation)
  if (!alert) return goneView()
  return alertView(alert, { audience: 'own', offersUndo: alerts.offersUndo(alert), isPrivate: true })
}

function sentence(words: Mrkdwn): Message {
  return message(words, [section(words)])
}
