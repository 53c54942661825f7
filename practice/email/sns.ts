import { randomUUID, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'

import type { Outgoing, Sender } from './sign.ts'

const REGION = 'eu-west-1'
const HOST = `sns.${REGION}.amazonaws.com`
const CERTIFICATE_PATH = '/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem'
export const CERTIFICATE_URL = `https://${HOST}${CERTIFICATE_PATH}`

/** Made once, for nothing but this: whoever believes it believes no one who matters. */
const privateKey = readFileSync(new URL('sns-key.pem', import.meta.url), 'utf8')
export const CERTIFICATE = readFileSync(new URL('sns-certificate.pem', import.meta.url), 'utf8')

export type SnsType = 'Notification' | 'SubscriptionConfirmation' | 'UnsubscribeConfirmation'

/** Message of SNS before it is signed. */
export interface SnsFields {
  readonly Type: SnsType
  readonly MessageId: string
  readonly TopicArn: string
  readonly Message: string
  readonly Timestamp: string
  readonly Subject?: string
  readonly Token?: string
  readonly SubscribeURL?: string
}

const SIGNED_KEYS = [
  'Message',
  'MessageId',
  'Subject',
  'SubscribeURL',
  'Timestamp',
  'Token',
  'TopicArn',
  'Type',
] as const

/** The message as SNS posts it, with its signature. */
export function snsMessage(fields: SnsFields, version: '1' | '2' = '2'): Record<string, string> {
  const text = SIGNED_KEYS.map((key) => (fields[key] === undefined ? '' : `${key}\n${fields[key]}\n`)).join('')
  return {
    ...fields,
    SignatureVersion: version,
    Signature: sign(version === '1' ? 'sha1' : 'sha256', Buffer.from(text), privateKey).toString('base64'),
    SigningCertURL: CERTIFICATE_URL,
    UnsubscribeURL: `https://${HOST}/?Action=Unsubscribe&SubscriptionArn=${fields.TopicArn}:1`,
  }
}

/** A topic of its own, to which SES gives what is sent here. */
export function snsSender(): Sender {
  const topic = `arn:aws:sns:${REGION}:123456789012:ses-${randomUUID()}`
  return {
    variable: 'SES_TOPIC_ARNS',
    secret: topic,
    sign({ headers = {}, body, sentAt }: Outgoing) {
      const id = headers['x-amz-sns-message-id'] ?? randomUUID()
      const message = snsMessage({
        Type: 'Notification',
        MessageId: id,
        TopicArn: topic,
        Message: Buffer.from(body).toString('utf8'),
        Timestamp: new Date(sentAt).toISOString(),
      })
      return {
        headers: {
          ...headers,
          'content-type': 'text/plain; charset=UTF-8',
          'x-amz-sns-message-type': 'Notification',
          'x-amz-sns-message-id': id,
        },
        body: Buffer.from(JSON.stringify(message)),
      }
    },
  }
}

/** What the region of SNS answers: its certificate, and confirmations. Every other address is not there. */
export async function snsFetch(input: string | URL | Request): Promise<Response> {
  const url = new URL(input instanceof Request ? input.url : input)
  if (url.host !== HOST) throw new TypeError(`${url.host} cannot be reached`)
  if (url.pathname === CERTIFICATE_PATH) return new Response(CERTIFICATE)
  if (url.searchParams.get('Action') === 'ConfirmSubscription') return new Response('<ConfirmSubscriptionResponse/>')
  return new Response('AccessDenied', { status: 403 })
}
