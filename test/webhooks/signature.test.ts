import { describe, expect, test } from 'vitest'

import { SignatureError } from '../../src/core/errors.ts'
import type { WebhookProvider } from '../../src/webhooks/provider.ts'
import { generic } from '../../src/webhooks/providers/generic.ts'
import { mailgun } from '../../src/webhooks/providers/mailgun.ts'
import { postmark } from '../../src/webhooks/providers/postmark.ts'
import { resend } from '../../src/webhooks/providers/resend.ts'
import { sendgrid } from '../../src/webhooks/providers/sendgrid.ts'
import { standardMessageId } from '../../src/webhooks/standard-webhooks.ts'

interface Given {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly at?: number
  readonly secret: string
}

/** `valid`, or why not. */
async function verdict(provider: WebhookProvider, { headers = {}, body = '', at = 0, secret }: Given) {
  try {
    await provider.verify({ headers: new Headers(headers), body: Buffer.from(body), receivedAt: at }, secret)
    return 'valid'
  } catch (error) {
    if (error instanceof SignatureError) return error.reason
    throw error
  }
}

describe('SendGrid, published vectors (e-mail sheet, sections 9.1 and 9.2)', () => {
  const one = {
    secret:
      'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==',
    headers: {
      'x-twilio-email-event-webhook-timestamp': '1600112502',
      'x-twilio-email-event-webhook-signature':
        'MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=',
    },
    body: '[{"email":"hello@world.com","event":"dropped","reason":"Bounced Address","sg_event_id":"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA","sg_message_id":"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0","smtp-id":"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>","timestamp":1600112492}]\r\n',
  }
  const two = {
    secret:
      'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEXmRL+ZZqPFy/4B9kdQ2Mz+bSDDX1UmPG0GLCYSfspuWnTKNH4i6+8MnoOziWYX2X1j+5aWRWTr8HKFNfixwwQw==',
    headers: {
      'x-twilio-email-event-webhook-timestamp': '1767225610',
      'x-twilio-email-event-webhook-signature':
        'MEUCIFG+iLK6Q6OLiJmxaF5sh7ZoXSrzQwQpqmWRX6+2MxuyAiEAucg10dxPFgjMyYpR2RH51AQQeJaLb3pGFtCN2MOQ5Iw=',
    },
    body: '[{"email":"ada@example.com","timestamp":1767225600,"smtp-id":"<m1@example.com>","event":"processed","category":["onboarding"],"sg_event_id":"c2dfZXYx","sg_message_id":"AbC123.recvd-1.0"},\r\n{"email":"ada@example.com","timestamp":1767225603,"event":"open","sg_machine_open":true,"sg_event_id":"c2dfZXYy","sg_message_id":"AbC123.recvd-1.0"}]\r\n',
  }

  test.each([
    ['one event', one],
    ['two events', two],
  ])('%s', async (_name, vector) => {
    expect(await verdict(sendgrid, vector)).toBe('valid')
    expect(await verdict(sendgrid, { ...vector, body: vector.body.trimEnd() })).toBe('mismatch')
    expect(await verdict(sendgrid, { ...vector, body: JSON.stringify(JSON.parse(vector.body)) })).toBe('mismatch')
    expect(await verdict(sendgrid, { ...vector, body: `\uFEFF${vector.body}` })).toBe('mismatch')
  })

  test('base64 that is no DER signature is a mismatch, and a changed time too', async () => {
    const name = 'x-twilio-email-event-webhook-signature'
    expect(await verdict(sendgrid, { ...one, headers: { ...one.headers, [name]: 'AAAA' } })).toBe('mismatch')
    const later = { ...one.headers, 'x-twilio-email-event-webhook-timestamp': '1600112503' }
    expect(await verdict(sendgrid, { ...one, headers: later })).toBe('mismatch')
    expect(await verdict(sendgrid, { ...one, secret: 'AAAA' })).toBe('mismatch')
  })

  test('the time signed is no window, because a retry may repeat it', async () => {
    expect(await verdict(sendgrid, { ...one, at: Date.parse('2030-01-01') })).toBe('valid')
  })
})

describe('Mailgun, published vector (e-mail sheet, section 9.3)', () => {
  const secret = 'tbsy84uSV1Kt3ZJZELY2TmShPRs91E3yL4tzf96297vBCkDWgL'
  const proof = {
    timestamp: '1539112500',
    token: '7VwW7k6Ak7zcTwoSoNm7aTtbk1g67MKAnsYLfUB7PdszbgR5Xi',
    signature: 'ef24c5225322217bb065b80bb54eb4f9206d764e3e16abab07f0a64d1cf477cc',
  }
  const at = 1539112500_000
  const judged = (changes: object, when = at) =>
    verdict(mailgun, { secret, at: when, body: JSON.stringify({ signature: { ...proof, ...changes } }) })

  test('is accepted', async () => {
    expect(await judged({})).toBe('valid')
    expect(await judged({ signature: proof.signature.toUpperCase() })).toBe('valid')
    expect(await judged({ timestamp: 1539112500 })).toBe('valid')
  })

  test.each([
    ['mismatch', { signature: proof.signature.replace('e', 'f') }],
    ['mismatch', { signature: proof.signature.slice(2) }],
    ['mismatch', { token: 'another' }],
    ['malformed', { signature: `${proof.signature}0` }],
    ['malformed', { signature: 'no hexadecimal' }],
    ['malformed', { timestamp: 'today' }],
    ['missing', { signature: null }],
    ['missing', { token: '' }],
    ['missing', { timestamp: {} }],
  ])('is a %s when %j', async (reason, changes) => {
    expect(await judged(changes)).toBe(reason)
  })

  test.each([
    ['valid', 24 * 60 * 60],
    ['stale', 24 * 60 * 60 + 1],
    ['valid', -5 * 60],
    ['stale', -5 * 60 - 1],
  ])('is %s %d seconds after its time', async (reason, seconds) => {
    expect(await judged({}, at + seconds * 1000)).toBe(reason)
  })

  test.each(['', '[]', 'null', '{"half":', '{}', '\xff\xfe'])(
    'the body %j holds no proof, which is no error',
    async (body) => {
      expect(await verdict(mailgun, { secret, at, body: Buffer.from(body, 'latin1') })).toMatch(/^(missing|malformed)$/)
    },
  )
})

describe.each([
  ['webhook', generic],
  ['svix', resend],
  ['svix', generic],
  ['webhook', resend],
] as const)('Standard Webhooks, published vectors (e-mail sheet, section 9.4), as %s-*', (family, provider) => {
  const official = {
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    at: 1614265330_000,
    body: '{"test": 2432232314}',
    ...headers('msg_p5jXN8AQM9LWM0D4loKWxJek', '1614265330', 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='),
  }
  const own = {
    at: 1767225600_000,
    body: '{"type":"email.opened","timestamp":"2026-01-01T00:00:00Z","data":{"email":"ada@example.com"}}',
  }
  const V1 = 'v1,lIMKCfitJfFox0uiPOCmphiVf719ss6WMEXGeEtC77w='
  const V1A = 'v1a,D4f86cuAMWtMsVQxVB3wTQBzgk3b4jJSy/NtUE8vkA0piIk+B3kIwf45Sn+AfRIp4JIjPmth8WazaHeZ2p15Dw=='
  const WHSEC = 'whsec_CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk='
  const WHPK = 'whpk_6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw='

  function headers(id: string, timestamp: string, signature: string) {
    return {
      headers: { [`${family}-id`]: id, [`${family}-timestamp`]: timestamp, [`${family}-signature`]: signature },
    }
  }
  const demo = (secret: string, signature: string) =>
    verdict(provider, { ...own, secret, ...headers('msg_demo1', '1767225600', signature) })

  test('the official one is accepted', async () => {
    expect(await verdict(provider, official)).toBe('valid')
    expect(await verdict(provider, { ...official, body: '{"test":2432232314}' })).toBe('mismatch')
  })

  test.each([
    ['a shared secret', 'valid', WHSEC, V1],
    ['a public key', 'valid', WHPK, V1A],
    ['several signatures, one of them ours', 'valid', WHSEC, `v1,AAAA ${V1A} v2,x ${V1}`],
    ['a header that came twice', 'valid', WHSEC, `v1,AAAA, ${V1}`],
    ['the key of the other kind', 'mismatch', WHSEC, V1A],
    ['a signature under the wrong version', 'mismatch', WHSEC, V1.replace('v1', 'v2')],
    ['no base64', 'malformed', WHSEC, 'v1,%%%'],
    ['base64 with something behind it', 'malformed', WHSEC, `${V1}=`],
    ['a signature cut short', 'mismatch', WHSEC, 'v1,lIMKCfitJfFox0uiPOCmphiVf719ss6WMEXGeEtC'],
    ['nothing but a version', 'malformed', WHSEC, 'v1,'],
    ['no version', 'mismatch', WHSEC, V1.slice(3)],
    ['a secret that is none', 'mismatch', 'whsec_short', V1],
  ])('%s is %s', async (_name, reason, secret, signature) => {
    expect(await demo(secret, signature)).toBe(reason)
  })

  test.each([
    ['valid', 300],
    ['stale', 301],
    ['valid', -300],
    ['stale', -301],
  ])('it is %s %d seconds after its time', async (reason, seconds) => {
    expect(await verdict(provider, { ...official, at: official.at + seconds * 1000 })).toBe(reason)
  })

  test.each(['1614265330.0', 'yesterday', '-1', '1e9'])('the time %s is malformed', async (timestamp) => {
    const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek'
    const changed = headers(id, timestamp, 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
    expect(await verdict(provider, { ...official, ...changed })).toBe('malformed')
  })

  test('a dot in the id is malformed: it would move what is signed', async () => {
    expect(await verdict(provider, { ...own, secret: WHSEC, ...headers('msg.1', '1767225600', V1) })).toBe('malformed')
  })
})

test('the id of a message is the one that is signed, whatever stands in the headers of the other family', () => {
  const signed = { 'svix-id': 'msg_1', 'svix-timestamp': '1614265330', 'svix-signature': 'v1,x' }
  expect(standardMessageId(new Headers({ ...signed, 'webhook-id': 'another' }))).toBe('msg_1')
  expect(standardMessageId(new Headers({ 'svix-id': 'msg_1' }))).toBe('msg_1')
})

describe('basic auth (e-mail sheet, section 9.14)', () => {
  const judged = (authorization: string, secret: string) =>
    verdict(postmark, { headers: authorization ? { authorization } : {}, secret })
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

  test.each([
    ['valid', 'Basic dXNlcjpwYXNz', 'user:pass'],
    ['valid', 'basic  dXNlcjpwYXNz', 'user:pass'],
    ['valid', basic('user:p@ss/word'), 'user:p%40ss%2Fword'],
    ['valid', basic('user:p%40ss'), 'user:p@ss'],
    ['valid', basic('user:100%'), 'user:100%'],
    ['mismatch', basic('user:passe'), 'user:pass'],
    ['mismatch', basic('user:'), 'user:pass'],
    ['mismatch', basic('USER:pass'), 'user:pass'],
    ['malformed', 'Bearer dXNlcjpwYXNz', 'user:pass'],
    ['malformed', 'Basic dXNlcjpwYXNz extra', 'user:pass'],
    ['malformed', 'Basic dXNlcjpwYXN', 'user:pass'],
    ['malformed', 'Basic', 'user:pass'],
    ['missing', '', 'user:pass'],
  ])('is %s for %s against %s', async (reason, authorization, secret) => {
    expect(await judged(authorization, secret)).toBe(reason)
  })
})

test.each([
  [sendgrid, 'AAAA'],
  [sendgrid, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  // A key of another curve, which no SendGrid key is.
  [sendgrid, 'MCowBQYDK2VwAyEA6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw='],
  [mailgun, 'two words that are long'],
  [postmark, 'password-alone'],
  [postmark, ':password'],
  [resend, 'whsec_MfKQ9r8='],
  [resend, 'whpk_MfKQ9r8='],
  [generic, 'whsec_not base64'],
])('$id names the problem of the secret %s', (provider, secret) => {
  expect(provider.secretProblem(secret)).toMatch(/^is (?:not|no) /)
})
