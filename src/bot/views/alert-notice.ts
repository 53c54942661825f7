import type { Notice } from '../../core/alerts/notices.ts'
import { actions, button, context, type Message, message, section } from '../blocks.ts'
import { type Action, MOST_IN_A_VALUE } from '../listeners.ts'
import { counted, date, type Mrkdwn, mrkdwn, text } from '../mrkdwn.ts'
import { rate } from './figures.ts'

/** What is told about everybody together, with a way to what is behind it. */
export function noticeView(notice: Notice): Message {
  switch (notice.kind) {
    case 'bounce_rate': {
      const { campaign, sent, bounced, threshold } = notice
      const sentence = mrkdwn`${rate(bounced, sent)} of the people of *${text(campaign)}* bounced for good, more than ${threshold}%.`
      return message(sentence, [
        section(mrkdwn`:warning: ${sentence}`),
        context(
          mrkdwn`Mailbox providers hold a sender for careless above a few percent: pause it, and check the list it goes to`,
        ),
        ...(campaign.trim() !== '' && campaign.length <= MOST_IN_A_VALUE
          ? [actions(button({ label: 'Open the campaign', action: 'campaign_open' satisfies Action, value: campaign }))]
          : []),
      ])
    }
    case 'source_silent': {
      const { name, lastAt } = notice
      const sentence = mrkdwn`Nothing has come from *${text(name)}* since ${date(lastAt)}${missedWords(notice)}.`
      return message(sentence, [
        section(mrkdwn`:zzz: ${sentence}`),
        context(mrkdwn`Look at ${text(name)} whether its webhook is still there and what its log says`),
        actions(button({ label: 'Health', action: 'health_open' satisfies Action, value: 'now' })),
      ])
    }
  }
}

function missedWords({ missed }: Extract<Notice, { kind: 'source_silent' }>): Mrkdwn {
  return missed > 0 ? mrkdwn`, though it usually reports on ${counted(missed, 'day', 'days')} of those` : mrkdwn``
}
