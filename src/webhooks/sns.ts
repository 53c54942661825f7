import { type KeyObject, verify } from 'node:crypto'

import { SignatureError, UpstreamError } from '../core/errors.ts'
import { type Fields, isFields, lookUp, textOf } from './fields.ts'
import type { WebhookRequest } from './provider.ts'
import { fromBase64, requireFresh, requireHeader } from './signature.ts'
import { parseTime } from './time.ts'

/** The longest that a topic's delivery policy may try (e-mail sheet, section 5.4). */
const WINDOW = { pastMs: 60 * 60 * 1000, futureMs: 5 * 60 * 1000 }
const TIMEOUT_MS = 5_000

export const SNS_HEADERS = {
  type: 'x-amz-sns-message-type',
  id: 'x-amz-sns-message-id',
  raw: 'x-amz-sns-rawdelivery',
} as const

const NOTIFICATION = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
const CONFIRMATION = ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type']

/** What is signed of each type of message, in this order. */
const SIGNED_KEYS: Readonly<Record<string, readonly string[]>> = {
  Notification: NOTIFICATION,
  SubscriptionConfirmation: CONFIRMATION,
  UnsubscribeConfirmation: CONFIRMATION,
}

const DIGESTS: Readonly<Record<string, string>> = { '1': 'sha1', '2': 'sha256' }

/** The public key of the certificate at a URL, as of a time in UTC milliseconds. */
export type CertificateKey = (url: string, now: number) => Promise<KeyObject>

export interface Topic {
  readonly arn: string
  readonly region: string
  /** Where alone its certificates lie and its subscriptions are confirmed. */
  readonly host: string
}

const TOPIC_ARN = /^arn:(aws|aws-cn|aws-us-gov):sns:([a-z]{2,}(?:-[a-z]+)+-\d{1,2}):\d{12}:[\w-]{1,256}$/

export function parseTopicArn(arn: string): Topic | undefined {
  const [, partition, region] = TOPIC_ARN.exec(arn) ?? []
  if (!region) return undefined
  return { arn, region, host: `sns.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}` }
}

const envelopes = new WeakMap<WebhookRequest, Fields>()

/**
 * The message around an event, read once for its proof and its content. The strings are the very
 * ones that were signed, which `parseJson` would not promise. Throws `SignatureError`.
 */
export function snsEnvelope(request: WebhookRequest): Fields {
  const known = envelopes.get(request)
  if (known) return known
  const envelope = parseEnvelope(request.body)
  envelopes.set(request, envelope)
  return envelope
}

function parseEnvelope(body: Uint8Array): Fields {
  let envelope: unknown
  try {
    envelope = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw new SignatureError('malformed', 'the body that should hold the signature is no JSON', { cause })
  }
  if (!isFields(envelope)) throw new SignatureError('malformed', 'the body is no SNS message')
  return envelope
}

/** Checks that `topicArn`'s topic sent this, less than an hour ago (e-mail sheet, section 5.4). */
export async function verifySns(request: WebhookRequest, topicArn: string, keyOf: CertificateKey): Promise<void> {
  const { headers, receivedAt } = request
  if (headers.has(SNS_HEADERS.raw)) {
    throw new SignatureError('missing', 'raw message delivery leaves the signature out: turn it off in SNS')
  }
  const envelope = snsEnvelope(request)
  const isAbout = requireHeader(headers, SNS_HEADERS.type) === envelope.Type
  if (!isAbout || requireHeader(headers, SNS_HEADERS.id) !== envelope.MessageId) {
    throw new SignatureError('mismatch', 'the headers are about another message')
  }
  // Anyone may subscribe this URL to a topic of their own, and its signature would be valid.
  const topic = parseTopicArn(topicArn)
  if (!topic || envelope.TopicArn !== topic.arn) throw new SignatureError('mismatch', 'the topic is not ours')

  const proof = proofOf(envelope)
  if (!isCertificateUrl(proof.certificateUrl, topic)) {
    throw new SignatureError('mismatch', "the certificate does not lie at the topic's region of SNS")
  }
  const key = await keyOf(proof.certificateUrl, receivedAt)
  if (key.asymmetricKeyType !== 'rsa' || !verify(proof.digest, proof.signed, key, proof.signature)) {
    throw new SignatureError('mismatch', 'the signature does not match')
  }
  const sentAt = parseTime(envelope.Timestamp)
  if (sentAt === undefined) throw new SignatureError('malformed', 'the signed time is no time')
  requireFresh(sentAt, receivedAt, WINDOW)
}

function proofOf(envelope: Fields) {
  const { Signature, SignatureVersion } = envelope
  const certificateUrl = envelope.SigningCertURL ?? envelope.SigningCertUrl
  if (typeof Signature !== 'string' || typeof certificateUrl !== 'string') {
    throw new SignatureError('missing', 'the body holds no signature')
  }
  const digest = lookUp(DIGESTS, textOf(SignatureVersion))
  if (!digest) throw new SignatureError('malformed', 'the signature is of no version that SNS has')
  const signature = fromBase64(Signature)
  if (!signature) throw new SignatureError('malformed', 'the signature is not base64')
  return { certificateUrl, digest, signature, signed: Buffer.from(stringToSign(envelope)) }
}

/** Each key and value that is there, on a line of its own. */
export function stringToSign(envelope: Fields): string {
  const keys = lookUp(SIGNED_KEYS, textOf(envelope.Type))
  if (!keys) throw new SignatureError('malformed', 'the message is of no type that SNS sends')
  return keys
    .map((key) => [key, envelope[key] ?? null])
    .filter(([, value]) => value !== null)
    .map(([key, value]) => {
      if (typeof value !== 'string') throw new SignatureError('malformed', 'what is signed is not text')
      return `${key}\n${value}\n`
    })
    .join('')
}

/** Any looser pattern has let certificates of strangers in: a bucket's name is a host under amazonaws.com too. */
export function isCertificateUrl(text: string, { host }: Topic): boolean {
  const path = URL.parse(text)?.pathname
  return path !== undefined && text === `https://${host}${path}` && path.endsWith('.pem')
}

/** Asks the topic's own region, and nothing that the message names. Throws `UpstreamError`. */
export async function confirmSubscription(fetcher: typeof fetch, topic: Topic, token: string): Promise<void> {
  const query = new URLSearchParams({ Action: 'ConfirmSubscription', TopicArn: topic.arn, Token: token })
  const response = await fetchSns(fetcher, `https://${topic.host}/?${query}`)
  await response.body?.cancel()
  if (!response.ok) throw new UpstreamError(`SNS answered the confirmation with ${response.status}`)
}

/** Throws `UpstreamError` when there is no answer, or one that leads elsewhere. */
export async function fetchSns(fetcher: typeof fetch, url: string): Promise<Response> {
  try {
    return await fetcher(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) })
  } catch (cause) {
    throw new UpstreamError('SNS did not answer', { cause })
  }
}
