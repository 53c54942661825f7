import { type Message, message, preformatted, section } from '../blocks.ts'
import { type Mrkdwn, mrkdwn, text } from '../mrkdwn.ts'

/** Says what to do next. `advice` may repeat what people typed. */
export function problemView(advice: string): Message {
  return sentence(mrkdwn`:warning: ${text(advice, 1000)}`)
}

/** The same, with the line that was typed and one that points at what is meant. */
export function filterProblemView(advice: string, lines: readonly string[]): Message {
  const { text: words, blocks } = problemView(advice)
  return message(words, [...blocks, preformatted(lines)])
}

/** What people are told of a mistake of this program. */
export const BUG =
  'Something went wrong on our side, and it is in the log. Please try again; if it stays, tell the person who runs the CRM.'

export function staleButtonView(): Message {
  return sentence(mrkdwn`:warning: This button no longer works. Please run the command again.`)
}

export function goneView(): Message {
  return sentence(
    mrkdwn`:warning: This contact is no longer in the CRM. Look for it with \`/crm lookup\` and its address.`,
  )
}

export function tooSlowView(): Message {
  return sentence(mrkdwn`:warning: This takes longer than it should. Please try again in a minute.`)
}

export function notOpenedView(): Message {
  return sentence(mrkdwn`:warning: Slack did not open the form. Please run the command again.`)
}

export function progressView(): Message {
  return sentence(mrkdwn`:hourglass_flowing_sand: Looking…`)
}

export function workingView(): Message {
  return sentence(mrkdwn`:hourglass_flowing_sand: Working…`)
}

export function startedView(): Message {
  return sentence(mrkdwn`:white_check_mark: Under way. The result comes as a direct message.`)
}

function sentence(words: Mrkdwn): Message {
  return message(words, [section(words)])
}
