import { SENDER, stepOf } from './campaigns.ts'
import type { Happening, Occasion, Person, SentMail, Unsigned } from './tool.ts'

/** A mail that a person sent, or a machine on that person's behalf. */
export interface IncomingMail {
  readonly messageId: string
  readonly from: Person
  readonly to: string
  readonly subject: string
  /** With the quoted original below the new words. */
  readonly text: string
  readonly newText: string
  readonly signature: string
  /** In the order in which they stand on top of the mail. */
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** The answer to a mail whose Message-ID header was `rfcMessageId`. */
export function answerTo(happening: Happening, { id, mail, at, words }: Occasion, rfcMessageId: string): IncomingMail {
  const { subject, text } = stepOf(mail.campaign, mail.step)
  const isMachine = happening === 'auto_replied'
  const from = mail.to
  const domain = from.email.slice(from.email.lastIndexOf('@') + 1)
  const signature = isMachine ? '' : (from.name.split(' ', 1)[0] ?? '')
  const answer = {
    messageId: `${id}@${domain}`,
    from,
    to: SENDER.email,
    subject: `${isMachine ? 'Automatic reply' : 'Re'}: ${subject}`,
    newText: words,
    signature,
    text: [words, ...(signature ? [signature] : []), ...(isMachine ? [] : [quoted(mail, text)])].join('\n\n'),
  }
  return {
    ...answer,
    headers: [
      ['Date', rfcDate(at)],
      ['From', encodedMailbox(from)],
      ['To', mailbox(SENDER)],
      ['Message-ID', `<${answer.messageId}>`],
      ['In-Reply-To', `<${rfcMessageId}>`],
      ['References', `<${rfcMessageId}>`],
      ['Subject', encodedWords(answer.subject)],
      ['MIME-Version', '1.0'],
      ['Content-Type', 'text/plain; charset="UTF-8"'],
      ...(isMachine ? ([['Auto-Submitted', 'auto-replied']] as const) : []),
    ],
  }
}

function quoted({ sentAt }: SentMail, text: string): string {
  const day = new Date(sentAt).toLocaleDateString('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  })
  return `On ${day}, ${SENDER.name} <${SENDER.email}> wrote:\n> ${text}`
}

/** `Ada King <ada@example.com>`, or the bare address where nobody knows the name. */
export function mailbox({ name, email }: Person): string {
  return name ? `${name} <${email}>` : email
}

function encodedMailbox({ name, email }: Person): string {
  return mailbox({ name: encodedWords(name), email })
}

/** RFC 2047: a header line holds ASCII only. */
function encodedWords(text: string): string {
  const isAscii = /^[\x20-\x7e]*$/.test(text)
  return isAscii ? text : `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`
}

export function rfcDate(at: number): string {
  return new Date(at).toUTCString().replace('GMT', '+0000')
}

/** The whole mail, as it came over SMTP. */
export function wholeMail({ headers, text }: IncomingMail): Buffer {
  const top = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.from(`${top}\r\n${text.replaceAll('\n', '\r\n')}\r\n`)
}

export function multipartRequest(fields: Readonly<Record<string, string>>, boundary: string): Unsigned {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.from(`${parts.join('')}--${boundary}--\r\n`),
  }
}

export function urlencodedRequest(fields: Readonly<Record<string, string>>): Unsigned {
  return {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(new URLSearchParams(fields).toString()),
  }
}
