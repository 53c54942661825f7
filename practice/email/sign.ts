import { createHmac, generateKeyPairSync, randomBytes, sign as signBytes } from 'node:crypto'

import { snsSender } from './sns.ts'

/** A webhook as its provider would post it, before it is signed. */
export interface Outgoing {
  readonly headers?: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** UTC milliseconds. */
  readonly sentAt: number
}

/** The request to send: some providers put their proof into the body, some have it in their URL. */
export interface Signed {
  readonly headers: Record<string, string>
  readonly body: Uint8Array
  /** What follows `/webhooks/<provider>` in the URL, such as `/<token>`. */
  readonly path?: string
}

/** The provider's half of a webhook: what is configured here, and what signs with it there. */
export interface Sender {
  readonly secret: string
  /** The variable that it is configured by, when that is not `<ID>_WEBHOOK_SECRET`. */
  readonly variable?: string
  sign(outgoing: Outgoing): Signed
}

/** What the program is told to be its address: one of its senders signs it. */
export const PUBLIC_URL = 'https://crm.example.com'

const makers: Readonly<Record<string, () => Sender>> = {
  sendgrid: sendgridSender,
  mailgun: mailgunSender,
  postmark: basicSender,
  ses: snsSender,
  resend: () => standardSender('svix'),
  brevo: basicSender,
  mailjet: basicSender,
  mandrill: mandrillSender,
  sparkpost: basicSender,
  mailersend: () => hexSender('Signature'),
  postal: postalSender,
  mailtrap: () => hexSender('Mailtrap-Signature'),
  customerio: customerioSender,
  instantly: tokenSender,
  smartlead: tokenSender,
  lemlist: tokenSender,
  replyio: tokenSender,
  woodpecker: tokenSender,
  generic: () => standardSender('webhook'),
}

/** A sender with fresh keys, as after a rotation. */
export function newSender(providerId: string): Sender {
  const make = makers[providerId]
  if (!make) throw new Error(`no sender is known for ${providerId}`)
  return make()
}

const senders = Object.keys(makers).map((id) => [id, newSender(id)] as const)

/** By provider id: a secret for the configuration, and what signs with it. */
export const SECRETS: Readonly<Record<string, string>> = Object.fromEntries(
  senders.map(([id, { secret }]) => [id, secret]),
)
/** The same as the program's environment has it. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  PUBLIC_URL,
  ...Object.fromEntries(
    senders.map(([id, { variable, secret }]) => [variable ?? `${id.toUpperCase()}_WEBHOOK_SECRET`, secret]),
  ),
}
export const sign: Readonly<Record<string, Sender['sign']>> = Object.fromEntries(
  senders.map(([id, sender]) => [id, sender.sign]),
)

function sendgridSender(): Sender {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    secret: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    sign({ headers = {}, body, sentAt }) {
      const timestamp = seconds(sentAt)
      const signature = signBytes('sha256', Buffer.concat([Buffer.from(timestamp), body]), privateKey)
      return {
        headers: {
          ...headers,
          'X-Twilio-Email-Event-Webhook-Signature': signature.toString('base64'),
          'X-Twilio-Email-Event-Webhook-Timestamp': timestamp,
        },
        body,
      }
    },
  }
}

function standardSender(family: 'svix' | 'webhook'): Sender {
  const key = randomBytes(24)
  return {
    secret: `whsec_${key.toString('base64')}`,
    sign({ headers = {}, body, sentAt }) {
      const id = headers[`${family}-id`] ?? `msg_${randomBytes(12).toString('hex')}`
      const timestamp = seconds(sentAt)
      const signature = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')
      return {
        headers: {
          ...headers,
          [`${family}-id`]: id,
          [`${family}-timestamp`]: timestamp,
          [`${family}-signature`]: `v1,${signature}`,
        },
        body,
      }
    },
  }
}

function basicSender(): Sender {
  const secret = `touchpoint:${randomBytes(16).toString('hex')}`
  return {
    secret,
    sign: ({ headers = {}, body }) => ({
      headers: { ...headers, authorization: `Basic ${Buffer.from(secret).toString('base64')}` },
      body,
    }),
  }
}

/** For tools that can only be given a URL. */
function tokenSender(): Sender {
  const secret = randomBytes(32).toString('hex')
  return { secret, sign: ({ headers = {}, body }) => ({ headers: { ...headers }, body, path: `/${secret}` }) }
}

/** For signatures in hexadecimal over nothing but the body. */
function hexSender(header: string): Sender {
  const secret = randomBytes(16).toString('hex')
  return {
    secret,
    sign({ headers = {}, body }) {
      const signature = createHmac('sha256', secret).update(body).digest('hex')
      return { headers: { ...headers, [header]: signature }, body }
    },
  }
}

function postalSender(): Sender {
  // Longer keys take a second to make.
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
  return {
    secret: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    sign({ headers = {}, body }) {
      const signature = signBytes('sha256', body, privateKey).toString('base64')
      return { headers: { ...headers, 'X-Postal-Signature-256': signature }, body }
    },
  }
}

function customerioSender(): Sender {
  const secret = randomBytes(32).toString('hex')
  return {
    secret,
    sign({ headers = {}, body, sentAt }) {
      const timestamp = seconds(sentAt)
      const signature = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')
      return { headers: { ...headers, 'X-CIO-Timestamp': timestamp, 'X-CIO-Signature': signature }, body }
    },
  }
}

/** Posts everything as one field of a form, and signs the URL with it. */
function mandrillSender(): Sender {
  const secret = randomBytes(16).toString('base64url')
  return {
    secret,
    sign({ headers = {}, body }) {
      const text = Buffer.from(body).toString('utf8')
      const form = new URLSearchParams(isUrlEncoded(headers) ? text : { mandrill_events: text })
      const signed = [...form].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).flat()
      const signature = createHmac('sha1', secret).update(`${PUBLIC_URL}/webhooks/mandrill${signed.join('')}`)
      return {
        headers: {
          ...headers,
          'content-type': 'application/x-www-form-urlencoded',
          'X-Mandrill-Signature': signature.digest('base64'),
        },
        body: Buffer.from(form.toString()),
      }
    },
  }
}

function isUrlEncoded(headers: Readonly<Record<string, string>>): boolean {
  return Object.entries(headers).some(
    ([name, value]) => name.toLowerCase() === 'content-type' && value.includes('urlencoded'),
  )
}

function mailgunSender(): Sender {
  const secret = randomBytes(24).toString('hex')
  return {
    secret,
    sign({ headers = {}, body, sentAt }) {
      const timestamp = seconds(sentAt)
      const token = randomBytes(25).toString('hex')
      const signature = createHmac('sha256', secret).update(timestamp).update(token).digest('hex')
      return { headers: { ...headers }, body: withProof(headers, body, { timestamp, token, signature }) }
    },
  }
}

function withProof(
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  proof: Readonly<Record<string, string>>,
): Uint8Array {
  const contentType = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? ''
  const boundary = /boundary=(\S+)/.exec(contentType)?.[1]
  // As bytes: mail in a form may be in any charset.
  const text = Buffer.from(body).toString('latin1')
  if (boundary) {
    const parts = Object.entries(proof).map(
      ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    )
    return Buffer.from(
      text.replace(`--${boundary}--`, () => `${parts.join('')}--${boundary}--`),
      'latin1',
    )
  }
  if (contentType.includes('urlencoded')) {
    return Buffer.from(`${text}${text ? '&' : ''}${new URLSearchParams(proof)}`, 'latin1')
  }
  return Buffer.from(
    text.replace(/^\s*\{(\s*\})?/, (_, empty) => `{"signature":${JSON.stringify(proof)}${empty ? '}' : ','}`),
    'latin1',
  )
}

function seconds(ms: number): string {
  return String(Math.floor(ms / 1000))
}
