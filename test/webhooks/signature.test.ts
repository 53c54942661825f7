import { createHash, createHmac, createPublicKey } from 'node:crypto'

import { describe, expect, test } from 'vitest'

import { SignatureError } from '../../src/core/errors.ts'
import { credentialsProblem, verifyCredentials } from '../../src/webhooks/credentials.ts'
import { pathTokenProblem, verifyPathToken } from '../../src/webhooks/path-token.ts'
import type { WebhookProvider } from '../../src/webhooks/provider.ts'
import { customerio } from '../../src/webhooks/providers/customerio.ts'
import { generic } from '../../src/webhooks/providers/generic.ts'
import { mailersend } from '../../src/webhooks/providers/mailersend.ts'
import { mailgun } from '../../src/webhooks/providers/mailgun.ts'
import { mailtrap } from '../../src/webhooks/providers/mailtrap.ts'
import { mandrill } from '../../src/webhooks/providers/mandrill.ts'
import { postal } from '../../src/webhooks/providers/postal.ts'
import { postmark } from '../../src/webhooks/providers/postmark.ts'
import { resend } from '../../src/webhooks/providers/resend.ts'
import { sendgrid } from '../../src/webhooks/providers/sendgrid.ts'
import { smartlead } from '../../src/webhooks/providers/smartlead.ts'
import { isCertificateUrl, parseTopicArn, stringToSign, verifySns } from '../../src/webhooks/sns.ts'
import { standardMessageId } from '../../src/webhooks/standard-webhooks.ts'

interface Given {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly at?: number
  readonly url?: string
  readonly token?: string
  readonly secret: string
}

/** `valid`, or why not. */
async function verdict(
  provider: Pick<WebhookProvider, 'verify'>,
  { headers = {}, body = '', at = 0, url = '', token, secret }: Given,
) {
  const request = { headers: new Headers(headers), body: Buffer.from(body), receivedAt: at, url, token }
  try {
    await provider.verify(request, secret)
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

describe('MailerSend, published vectors (e-mail sheet, section 9.5)', () => {
  const PING_SECRET = 'test_Am3L1GuOIc4blLUuHqAPxxwkZaJyEk8G'
  const vector = {
    secret: 'yXdTVu1YewsKiuN2bcILlFHsljmR9kaU',
    body: String.raw`{"type":"activity.sent","domain_id":"test_domain","created_at":"2022-09-08T20:06:12.062074Z","webhook_id":"webhook_test","url":"https:\/\/webhook.site\/test","data":{"object":"activity","id":"631a6250bd4f6bd6844a2307","type":"sent","created_at":"2022-09-08T20:06:12.051000Z","email":{"object":"email","id":"631a6250bd4f6bd6844a2307","created_at":"2022-09-08T20:06:11.887000Z","from":"donotreply@mailsender.com","subject":"Test Message","status":"sent","tags":null,"message":{"object":"message","id":"631a6250bd4f6bd6844a2307","created_at":"2022-09-08T20:06:11.399000Z"},"recipient":{"object":"recipient","id":"631a6250bd4f6bd6844a2307","email":"test@test.com","created_at":"2022-03-31T21:31:37.304000Z"}},"morph":null,"template_id":""}}`,
  }
  const SIGNATURE = '445e75aab3d8ea9169d134189a2814f06858977bd9cdc69324264e39f47bda2e'
  const judged = (headers: Record<string, string>, changes: Partial<Given> = {}) =>
    verdict(mailersend, { ...vector, ...changes, headers })

  test('are accepted under either name of the header, byte for byte', async () => {
    expect(vector.body).toHaveLength(736)
    expect(await judged({ signature: SIGNATURE })).toBe('valid')
    expect(await judged({ 'x-mailersend-signature': SIGNATURE.toUpperCase() })).toBe('valid')
    expect(await judged({ signature: SIGNATURE }, { body: JSON.stringify(JSON.parse(vector.body)) })).toBe('mismatch')
    expect(await judged({ signature: SIGNATURE }, { secret: 'another-secret-of-32-characters-' })).toBe('mismatch')
    expect(await judged({ signature: `${SIGNATURE}0` })).toBe('malformed')
    expect(await judged({})).toBe('missing')
  })

  test.each<[reason: string, body: string]>([
    ['valid', '{"type":"webhook.test"}'],
    ['mismatch', vector.body],
    ['mismatch', '{"type":"activity.opened"}'],
    ['mismatch', '[{"type":"webhook.test"}]'],
    ['mismatch', '{"type":"webhook.test","type":"activity.opened"}'],
    ['mismatch', `{"type":"webhook.test"${' '.repeat(5000)}}`],
    ['mismatch', '{"type":"webhook.test"'],
  ])("the secret of everybody's pings is %s for %s", async (reason, body) => {
    const signature = createHmac('sha256', PING_SECRET).update(body).digest('hex')
    expect(await judged({ signature }, { body })).toBe(reason)
  })

  test("the ping is the published one, and a webhook's own secret signs pings too", async () => {
    const body = '{"type":"webhook.test"}'
    const published = 'd5aaec598a6824fc9e35f2974fc7e6e7455894499ed5efb3b655260d7afdba75'
    expect(await judged({ signature: published }, { body })).toBe('valid')
    expect(await judged({ signature: published.replace('d', 'e') }, { body })).toBe('mismatch')
    const own = createHmac('sha256', vector.secret).update(body).digest('hex')
    expect(await judged({ signature: own }, { body })).toBe('valid')
  })

  test("the secret of everybody's pings is no secret to configure", () => {
    expect(mailersend.secretProblem(vector.secret)).toBeUndefined()
    expect(mailersend.secretProblem(PING_SECRET)).toMatch(/^is no /)
  })
})

describe('Mailtrap, published vector (e-mail sheet, section 9.6)', () => {
  const vector = {
    secret: '8d9a3c0e7f5b2d4a6c1e9f8b3a7d5c2e',
    headers: { 'mailtrap-signature': '6d262e2611cd09be1f948382b5c611d63b0e585c4c9c5e40139d6ac3876d5433' },
    body: '{"event":"delivery","sending_stream":"transactional","category":"welcome","message_id":"a8b1d8f6-1f8d-4a3c-9b2e-1a2b3c4d5e6f","email":"recipient@example.com","event_id":"f1e2d3c4-b5a6-7890-1234-567890abcdef","timestamp":1716070000}',
  }

  test('is accepted, with the secret as it is written', async () => {
    expect(await verdict(mailtrap, vector)).toBe('valid')
    expect(await verdict(mailtrap, { ...vector, body: `${vector.body}\n` })).toBe('mismatch')
    const decoded = createHmac('sha256', Buffer.from(vector.secret, 'hex')).update(vector.body).digest('hex')
    expect(decoded).toMatch(/^279473a2/)
    expect(await verdict(mailtrap, { ...vector, headers: { 'mailtrap-signature': decoded } })).toBe('mismatch')
  })

  test.each([
    ['missing', ''],
    ['malformed', 'no hexadecimal'],
    ['malformed', '6d2'],
    ['mismatch', '6d26'],
  ])('is %s with %j', async (reason, signature) => {
    expect(await verdict(mailtrap, { ...vector, headers: { 'mailtrap-signature': signature } })).toBe(reason)
  })
})

describe('Postal, vector (e-mail sheet, section 9.9)', () => {
  const KEY =
    'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDPOHvL5i2csf2H35NJJey4Ce6htIlFD/I5trLvCNgTw6zA/BrJyVtNXIeKeQiR7+Es38ZD3/5LnjmrntoKuoIhpSLY4TcrRfQjoo3UgKgiei4nLxkACe2caCcGsPrEPPxb6yUUPhQmc3keaGYIdupFqiPU/Hb6vPOVmIaAYTlR0wIDAQAB'
  const SHA1 =
    'GTT5mjmYh6xw95+wZ4JqENbxcX3FWVeMYc650XtwHPzJl0Xvip/ooo4bdDY9UXk2GxiCPkSYeN25uZa6TSNllncpZZ0cGYPhe8pmdghOxm4uc4DbnKltMorvlFQyEYFXQxe75OleaDd+hCNpFvXB/IISQJvD521++VC4k1uIXC4='
  const SHA256 =
    'WqnPCAi6JOpCyzpi9vDEoONvCs0vSU/sr4raB42HUWu1yteBPXgj76I1yb4rvDLMmfTtTCBPcVhLM2/xfhgWVxb+RdGRL3gCtqMIT5qp7oGS0Fy4HT1xhq0Ob/OroIq7+FSutGw/SEGmdtPmNb64xPCKPUW/5KjaSNoeFLwbtL8='
  const body =
    '{"event":"MessageSent","timestamp":1767225600.25,"payload":{"message":{"id":1,"to":"ada@example.com"},"status":"Sent"},"uuid":"7c0f3a7e-0000-4000-8000-000000000001"}'
  const judged = (headers: Record<string, string>, changes: Partial<Given> = {}) =>
    verdict(postal, { body, secret: KEY, ...changes, headers })

  test.each<[reason: string, what: string, headers: Record<string, string>]>([
    ['valid', 'SHA-1 alone', { 'x-postal-signature': SHA1 }],
    ['valid', 'SHA-256 alone', { 'x-postal-signature-256': SHA256 }],
    ['valid', 'both', { 'x-postal-signature': SHA1, 'x-postal-signature-256': SHA256 }],
    ['mismatch', 'the stronger one wrong', { 'x-postal-signature': SHA1, 'x-postal-signature-256': SHA1 }],
    ['mismatch', 'one in the place of the other', { 'x-postal-signature': SHA256 }],
    ['malformed', 'no base64', { 'x-postal-signature-256': '%%%' }],
    ['mismatch', 'a signature cut short', { 'x-postal-signature-256': 'AAAA' }],
    ['missing', 'none', { 'x-postal-signature-kid': 'ab' }],
  ])('is %s with %s', async (reason, _what, headers) => {
    expect(await judged(headers)).toBe(reason)
  })

  test('covers every byte', async () => {
    expect(await judged({ 'x-postal-signature': SHA1 }, { body: `${body}\n` })).toBe('mismatch')
    expect(await judged({ 'x-postal-signature-256': SHA256 }, { body: body.replace('ada', 'eve') })).toBe('mismatch')
  })

  test.each([
    ['alone', KEY],
    ['in its DKIM record', `v=DKIM1; t=s; h=sha256; p=${KEY};`],
    ['in the parts of a record', `"v=DKIM1; t=s; p=${KEY.slice(0, 100)}" "${KEY.slice(100)};"`],
  ])('takes the key %s', async (_where, secret) => {
    expect(postal.secretProblem(secret)).toBeUndefined()
    expect(await judged({ 'x-postal-signature-256': SHA256 }, { secret })).toBe('valid')
  })
})

describe('Customer.io, vector (e-mail sheet, section 9.8)', () => {
  const NAMES = { timestamp: 'x-cio-timestamp', signature: 'x-cio-signature' }
  const at = 1767225600_000
  const vector = {
    secret: 'cio-test-signing-key',
    at,
    headers: {
      [NAMES.timestamp]: '1767225600',
      [NAMES.signature]: '98b5877944092cc0418f3e46bb8b2530feb4d49145873f5c134e097f9a06fbc0',
    },
    body: '{"event_id":"01J0000000000000000000TEST","object_type":"email","metric":"opened","timestamp":1767225598,"data":{"recipient":"ada@example.com","delivery_id":"dlv1"}}',
  }
  const judged = (headers: Record<string, string>, more: Partial<Given> = {}) =>
    verdict(customerio, { ...vector, ...more, headers: { ...vector.headers, ...headers } })

  test('is accepted, and only for these bytes, this time and this key', async () => {
    expect(await judged({})).toBe('valid')
    expect(await judged({}, { body: `${vector.body}\n` })).toBe('mismatch')
    expect(await judged({}, { secret: 'another-signing-key' })).toBe('mismatch')
    expect(await judged({ [NAMES.timestamp]: '1767225601' })).toBe('mismatch')
  })

  test.each([
    ['malformed', NAMES.signature, 'no hexadecimal'],
    ['malformed', NAMES.timestamp, 'today'],
    ['mismatch', NAMES.signature, '98b5'],
    ['missing', NAMES.signature, ''],
    ['missing', NAMES.timestamp, ''],
  ])('is %s with %s: %s', async (reason, name, value) => {
    expect(await judged({ [name]: value })).toBe(reason)
  })

  test.each([
    ['valid', 300],
    ['stale', 301],
    ['valid', -300],
    ['stale', -301],
  ])('is %s %d seconds after its time', async (reason, seconds) => {
    expect(await judged({}, { at: at + seconds * 1000 })).toBe(reason)
  })
})

describe('Smartlead proves itself by what it is given (e-mail sheet, section 6.2):', () => {
  const secret = 'a-secret-of-our-own-choice-42'
  const body = JSON.stringify({ event_type: 'EMAIL_OPEN', secret_key: secret })
  const other = JSON.stringify({ event_type: 'EMAIL_OPEN', secret_key: 'somebody-else' })
  const bare = JSON.stringify({ event_type: 'EMAIL_OPEN' })
  const signed = (content: string, key = secret) => ({
    'x-smartlead-signature': `sha256=${createHmac('sha256', key).update(content).digest('hex')}`,
  })

  test.each<[reason: string, what: string, given: Omit<Given, 'secret'>]>([
    ['valid', 'a secret_key', { body }],
    ['valid', 'a secret_key in each element', { body: `[${body},${body}]` }],
    ['mismatch', 'another secret_key', { body: other }],
    ['missing', 'a secret_key in one element alone', { body: `[${body},${bare}]` }],
    ['missing', 'no secret_key', { body: bare }],
    ['missing', 'an empty list', { body: '[]' }],
    ['missing', 'a secret_key that is no text', { body: '{"secret_key":{}}' }],
    ['malformed', 'no JSON', { body: '{"secret_key":' }],
    ['valid', 'a token', { body: bare, token: secret }],
    ['mismatch', 'another token', { body, token: 'somebody-else' }],
    ['valid', 'a signature', { body: bare, headers: signed(bare) }],
    ['valid', 'a signature and a secret_key of another secret', { body: other, headers: signed(other) }],
    ['mismatch', 'a signature of another body', { body, headers: signed(bare) }],
    ['mismatch', 'a signature by another key', { body, headers: signed(body, 'somebody-else') }],
    ['malformed', 'a signature that is no hexadecimal', { body, headers: { 'x-smartlead-signature': 'sha256=%%%' } }],
  ])('%s with %s', async (reason, _what, given) => {
    expect(await verdict(smartlead, { ...given, secret })).toBe(reason)
  })
})

describe('SNS, published vectors (e-mail sheet, section 9.10)', () => {
  const TOPIC = 'arn:aws:sns:us-east-1:123456789012:ses-events'
  const AT = Date.parse('2026-01-01T00:00:00Z')
  const V1 =
    'HY0FpO8Q9ESRwZ9nJI1mlnvLzVmsJ1VteN2Q+vuqGZBn9Rxu0ieg/g4q/ptgdmUobbiUzhDT9JEhYc5C4cmif+scpCopipluW5YQKQDt3ZjU8NKspPGin5Ey3aqi2nMh5Gb3onYp2aUH5+4+FmnoMytEksfCqb6AA40GL//8q4c='
  const V2 =
    'sHAXig8RdfyyoqQMXc1ltk6KIXzMViUKYm+PXIDCX4wkPeIM3i11DDItAtEPUveChhFlS1TLEX1wOw2g9X38nKGAWc3D2yU3i+HIK9lh2e17bpH9Qv0/DpUssP7hHJIcCOLt8gMhsCgFaSOvVsKGJWuN8A4bLzUmYzGEsUw0lmU='
  const key = createPublicKey({
    key: Buffer.from(
      'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDPOHvL5i2csf2H35NJJey4Ce6htIlFD/I5trLvCNgTw6zA/BrJyVtNXIeKeQiR7+Es38ZD3/5LnjmrntoKuoIhpSLY4TcrRfQjoo3UgKgiei4nLxkACe2caCcGsPrEPPxb6yUUPhQmc3keaGYIdupFqiPU/Hb6vPOVmIaAYTlR0wIDAQAB',
      'base64',
    ),
    format: 'der',
    type: 'spki',
  })
  const notification = {
    Type: 'Notification',
    MessageId: '11111111-2222-3333-4444-555555555555',
    TopicArn: TOPIC,
    Subject: 'Amazon SES Email Event Notification',
    Message: '{"eventType":"Open"}\n',
    Timestamp: '2026-01-01T00:00:00.000Z',
  }
  const signedOnce = {
    ...notification,
    SignatureVersion: '2',
    Signature: V2,
    SigningCertURL: 'https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0.pem',
    UnsubscribeURL: 'https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe',
  }
  const asked: string[] = []
  const sns: Pick<WebhookProvider, 'verify'> = {
    verify: (request, arn) =>
      verifySns(request, arn, async (url) => {
        asked.push(url)
        return key
      }),
  }
  const headersOf = (message: object) => {
    const { Type, MessageId } = { ...notification, ...message }
    return { 'x-amz-sns-message-type': String(Type), 'x-amz-sns-message-id': String(MessageId) }
  }
  const judged = (changes: object, given: Partial<Given> = {}) => {
    asked.length = 0
    const body = JSON.stringify({ ...signedOnce, ...changes })
    return verdict(sns, { secret: TOPIC, at: AT, headers: headersOf(changes), body, ...given })
  }
  const digest = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('hex')

  test('a notification is signed as this text', () => {
    const text = stringToSign(notification)
    expect(digest('sha256', text)).toBe('56565cce23b7505ae58badb86b79928974e5aa0456d8d7a2dbef38f561f6866e')
    expect(digest('sha1', text)).toBe('775800925993886634b010185064a597cdbf2338')
    expect(stringToSign({ ...notification, Subject: null })).toBe(
      text.replace('Subject\nAmazon SES Email Event Notification\n', ''),
    )
  })

  test.each(['SubscriptionConfirmation', 'UnsubscribeConfirmation'])('a %s is signed with its token', (Type) => {
    const text = stringToSign({
      Type,
      MessageId: 'm-1',
      Token: 'tok-1',
      Message: 'You have chosen to subscribe.',
      SubscribeURL: 'https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=x&Token=tok-1',
      TopicArn: TOPIC,
      Timestamp: notification.Timestamp,
    })
    expect(digest('sha256', text.replace(Type, 'SubscriptionConfirmation'))).toBe(
      'fd9ac99f1588ea9febfc0389445ed7bbdcccc3609831a40dfe87c777d5017cde',
    )
  })

  test.each<[string, string, object]>([
    ['version 2', 'valid', {}],
    ['version 1', 'valid', { SignatureVersion: '1', Signature: V1 }],
    ['a version in digits', 'valid', { SignatureVersion: 2 }],
    ['the spelling of Lambda', 'valid', { SigningCertURL: undefined, SigningCertUrl: signedOnce.SigningCertURL }],
    ['another unsubscribe URL, which is not signed', 'valid', { UnsubscribeURL: 'https://example.com/' }],
    ['the signature of the other version', 'mismatch', { Signature: V1 }],
    ['a version that does not exist', 'malformed', { SignatureVersion: '3' }],
    ['a version named like a property', 'malformed', { SignatureVersion: 'constructor' }],
    ['no version', 'malformed', { SignatureVersion: undefined }],
    ['no signature', 'missing', { Signature: undefined }],
    ['no certificate', 'missing', { SigningCertURL: undefined }],
    ['no base64', 'malformed', { Signature: '%%%' }],
    ['an empty signature', 'malformed', { Signature: '' }],
    ['a message without its last line', 'mismatch', { Message: '{"eventType":"Open"}' }],
    ['another id', 'mismatch', { MessageId: '2' }],
    ['another subject', 'mismatch', { Subject: 'Hi' }],
    ['no subject', 'mismatch', { Subject: null }],
    ['another time', 'mismatch', { Timestamp: '2026-01-01T00:00:01.000Z' }],
    ['another type', 'mismatch', { Type: 'SubscriptionConfirmation' }],
    ['a type that does not exist', 'malformed', { Type: 'Greeting' }],
    ['a message that is no text', 'malformed', { Message: { eventType: 'Open' } }],
    ['another topic of the same account', 'mismatch', { TopicArn: `${TOPIC}-2` }],
    ['a certificate of another region', 'mismatch', { SigningCertURL: 'https://sns.eu-west-1.amazonaws.com/x.pem' }],
  ])('%s is %s', async (_name, reason, changes) => {
    expect(await judged(changes)).toBe(reason)
  })

  test('no certificate is asked for that is not ours to ask for', async () => {
    for (const changes of [{ TopicArn: `${TOPIC}-2` }, { SigningCertURL: 'https://evil.s3.amazonaws.com/x.pem' }]) {
      expect(await judged(changes)).toBe('mismatch')
      expect(asked).toEqual([])
    }
    await judged({})
    expect(asked).toEqual([signedOnce.SigningCertURL])
  })

  test.each([
    ['valid', 60 * 60],
    ['stale', 60 * 60 + 1],
    ['valid', -5 * 60],
    ['stale', -5 * 60 - 1],
  ])('it is %s %d seconds after its time', async (reason, seconds) => {
    expect(await judged({}, { at: AT + seconds * 1000 })).toBe(reason)
  })

  test.each<[string, string, Given['headers']]>([
    ['about another message', 'mismatch', { ...headersOf({}), 'x-amz-sns-message-id': '2' }],
    ['about another type', 'mismatch', { ...headersOf({}), 'x-amz-sns-message-type': 'UnsubscribeConfirmation' }],
    ['without an id', 'missing', { 'x-amz-sns-message-type': 'Notification' }],
    ['of raw delivery, which is not signed', 'missing', { ...headersOf({}), 'x-amz-sns-rawdelivery': 'true' }],
  ])('headers %s are refused: %s', async (_name, reason, headers) => {
    expect(await judged({}, headers ? { headers } : {})).toBe(reason)
  })

  test.each(['', '[]', 'null', '"text"', '{"half":', '\xff\xfe'])(
    'the body %j is malformed, which is no error',
    async (body) => {
      expect(await judged({}, { body: Buffer.from(body, 'latin1') })).toBe('malformed')
    },
  )

  test.each([
    [true, 'us-east-1', 'https://sns.us-east-1.amazonaws.com/SimpleNotificationService-ab.pem'],
    [true, 'cn-north-1', 'https://sns.cn-north-1.amazonaws.com.cn/x.pem'],
    [false, 'us-east-1', 'http://sns.us-east-1.amazonaws.com/x.pem'],
    [false, 'us-east-1', 'https://sns.us-east-1.amazonaws.com.evil.example/x.pem'],
    [false, 'us-east-1', 'https://evil.s3.amazonaws.com/x.pem'],
    [false, 'us-east-1', 'https://sns.us-east-1.amazonaws.com@evil.example/x.pem'],
    [false, 'us-east-1', 'https://evil.example@sns.us-east-1.amazonaws.com/x.pem'],
    [false, 'us-east-1', 'https://sns.us-east-1.amazonaws.com/x.txt'],
    [false, 'us-east-1', 'https://SNSx.us-east-1.amazonaws.com/x.pem'],
    [false, 'us-east-1', 'https://sns.us-east-1.amazonaws.com:8443/x.pem'],
    [false, 'us-east-1', 'https://sns.us-east-1.amazonaws.com/x.txt?.pem'],
    [false, 'us-east-1', 'https://sns.us-east-1.amazonaws.com/x.txt#.pem'],
    [false, 'us-east-1', 'https://sns.us-east-1.amazonaws.com/x.pem?a=1'],
    [false, 'us-east-1', 'https://sns.us-east-1.amazonaws.com.cn/x.pem'],
    [false, 'eu-west-1', 'https://sns.us-east-1.amazonaws.com/x.pem'],
    [false, 'us-east-1', 'x.pem'],
  ])('it is %s that a certificate of %s may lie at %s', (may, region, url) => {
    const partition = region.startsWith('cn-') ? 'aws-cn' : 'aws'
    const topic = parseTopicArn(`arn:${partition}:sns:${region}:123456789012:t`)
    expect(topic && isCertificateUrl(url, topic)).toBe(may)
  })

  test.each([
    ['arn:aws:sns:us-east-1:123456789012:ses-events', 'sns.us-east-1.amazonaws.com'],
    ['arn:aws-us-gov:sns:us-gov-west-1:123456789012:a_b', 'sns.us-gov-west-1.amazonaws.com'],
    ['arn:aws-cn:sns:cn-northwest-1:123456789012:a', 'sns.cn-northwest-1.amazonaws.com.cn'],
    ['arn:aws:sns:us-east-1.evil.example/:123456789012:a', undefined],
    ['arn:aws:sns::123456789012:a', undefined],
    ['arn:aws:sqs:us-east-1:123456789012:a', undefined],
    ['arn:aws:sns:us-east-1:123456789012:a:b', undefined],
    ['arn:aws:sns:us-east-1:1234:a', undefined],
    ['arn:aws:sns:us-east-1:123456789012:*', undefined],
  ])('the topic %s is at %s', (arn, host) => {
    expect(parseTopicArn(arn)?.host).toBe(host)
  })
})

describe('Mandrill, published vectors (e-mail sheet, section 9.7)', () => {
  const KEY = 'mandrill-test-key'
  const URL_WITH_USER = 'https://user:pass@hooks.example.com/webhooks/mandrill?ws=acme'
  const WITHOUT_USER = URL_WITH_USER.replace('user:pass@', '')
  const EVENTS =
    '[{"event":"open","ts":1767225600,"_id":"abc123","msg":{"_id":"abc123","email":"ada@example.com","ts":1767225000}}]'
  const SIGNATURE = 'vvmWPsZf1YHir9TrcN9SW2S53jM='
  const PROBE = {
    secret: 'test-webhook',
    url: 'https://hooks.example.com/webhooks/mandrill',
    signature: 'C3rJOk0zIRTP8UIkTTkUtgDTnSg=',
    events: '[]',
  }
  interface Post {
    readonly secret?: string
    readonly url?: string
    readonly signature?: string
    readonly events?: string
    readonly authorization?: string
    readonly body?: string
  }
  const judged = ({ secret = KEY, url = URL_WITH_USER, signature = SIGNATURE, events = EVENTS, ...given }: Post) =>
    verdict(mandrill, {
      secret,
      url,
      headers: {
        'x-mandrill-signature': signature,
        ...(given.authorization === undefined ? {} : { authorization: given.authorization }),
      },
      body: given.body ?? new URLSearchParams({ mandrill_events: events }).toString(),
    })
  const hmac = (key: string, text: string) => createHmac('sha1', key).update(text).digest('base64')

  test.each<[string, string, Post]>([
    ['the URL with its user, as it is configured', 'valid', {}],
    [
      'the same, the user having come as basic auth',
      'valid',
      { url: WITHOUT_USER, authorization: 'Basic dXNlcjpwYXNz' },
    ],
    ['the same, without the user', 'mismatch', { url: WITHOUT_USER }],
    ['another user', 'mismatch', { url: WITHOUT_USER, authorization: 'Basic dXNlcjpwYXNzCg==' }],
    ['another scheme', 'mismatch', { url: URL_WITH_USER.replace('https', 'http') }],
    ['another query', 'mismatch', { url: URL_WITH_USER.replace('acme', 'zeta') }],
    ['a slash at the end', 'mismatch', { url: `${URL_WITH_USER}/` }],
    ['another key', 'mismatch', { secret: 'mandrill-other-key' }],
    ['other events', 'mismatch', { events: EVENTS.replace('ada', 'eve') }],
    ['no base64', 'malformed', { signature: '%%%' }],
    ['a signature cut short', 'mismatch', { signature: SIGNATURE.slice(0, -4) }],
    ['no signature', 'missing', { signature: '' }],
    ['a body of very many fields', 'malformed', { body: '&a'.repeat(101) }],
    ['the probe', 'valid', PROBE],
    ['the probe, while there is a key', 'valid', { ...PROBE, secret: KEY }],
    [
      'an empty batch under the key',
      'valid',
      { url: PROBE.url, events: '[]', signature: hmac(KEY, `${PROBE.url}mandrill_events[]`) },
    ],
    ['the probe at another URL', 'mismatch', { ...PROBE, url: WITHOUT_USER }],
  ])('%s is %s', async (_name, reason, post) => {
    expect(await judged(post)).toBe(reason)
  })

  test('the key of the probe, which everybody knows, signs nothing that holds anything', async () => {
    for (const [events, reason] of [
      [EVENTS, 'mismatch'],
      ['[{}]', 'mismatch'],
      ['', 'mismatch'],
      ['[]', 'valid'],
    ]) {
      const signature = hmac('test-webhook', `${PROBE.url}mandrill_events${events}`)
      for (const secret of ['test-webhook', KEY]) {
        expect(await judged({ ...PROBE, secret, signature, events: events ?? '' })).toBe(reason)
      }
    }
  })

  test('every field is signed, decoded, in the order of the names', async () => {
    const signature = hmac(KEY, `${PROBE.url}aü & +bmandrill_events[{}]z`)
    const body = 'z=&mandrill_events=%5B%7B%7D%5D&b=&a=%C3%BC+%26+%2B'
    expect(await judged({ url: PROBE.url, signature, body })).toBe('valid')
    expect(await judged({ url: PROBE.url, signature, body: `${body}&y=1` })).toBe('mismatch')
  })

  test('a password with signs of its own is written as it came or percent-encoded', async () => {
    const authorization = `Basic ${Buffer.from('user:p@ss/wörd:1').toString('base64')}`
    for (const user of ['user:p@ss/wörd:1', 'user:p%40ss%2Fw%C3%B6rd%3A1']) {
      const signature = hmac(KEY, `https://${user}@hooks.example.com/webhooks/mandrillmandrill_events[{}]`)
      expect(await judged({ url: PROBE.url, signature, events: '[{}]', authorization })).toBe('valid')
    }
  })
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

describe('a token in the URL', () => {
  const TOKEN = '0123456789abcdef-_ABCDEF'
  const judged = (token: string | undefined, secret = TOKEN) =>
    verdict({ verify: verifyPathToken }, { secret, ...(token === undefined ? {} : { token }) })

  test.each([
    ['valid', TOKEN],
    ['mismatch', TOKEN.toLowerCase()],
    ['mismatch', TOKEN.slice(1)],
    ['mismatch', `${TOKEN}0`],
    ['missing', ''],
    ['missing', undefined],
  ])('is %s as %s', async (reason, token) => {
    expect(await judged(token)).toBe(reason)
  })

  test.each(['', 'short', TOKEN.slice(1), `${TOKEN}/`, `${TOKEN} `, `${TOKEN}ü`, `${TOKEN}:`])(
    'cannot be "%s", and it is said how to make one',
    (secret) => {
      expect(pathTokenProblem(secret)).toMatch(/^is no token .*; make one with "openssl rand -hex 32"/)
    },
  )

  test('can be what the advice makes', () => {
    expect(pathTokenProblem('0'.repeat(64))).toBeUndefined()
    expect(pathTokenProblem(TOKEN)).toBeUndefined()
  })
})

describe('credentials', () => {
  const authorization = 'Basic dXNlcjpwYXNz'
  const token = '0123456789abcdef01234567'
  const judged = (secret: string, given: Pick<Given, 'headers' | 'token'>) =>
    verdict({ verify: verifyCredentials }, { secret, ...given })

  test.each<[string, string, Pick<Given, 'headers' | 'token'>]>([
    ['valid', 'user:pass', { headers: { authorization } }],
    ['valid', token, { token }],
    ['valid', token, { token, headers: { authorization } }],
    ['missing', 'user:pass', { token: 'user:pass' }],
    ['missing', token, { headers: { authorization: token } }],
    ['mismatch', 'user:word', { headers: { authorization }, token }],
  ])('are %s for %s given %j', async (reason, secret, given) => {
    expect(await judged(secret, given)).toBe(reason)
  })

  test.each([':pass', 'user:', 'short'])('cannot be %s, and it is said what they are', (secret) => {
    expect(credentialsProblem(secret)).toMatch(/^is (?:not|no) .*; ./)
  })
})

test.each([
  [sendgrid, 'AAAA'],
  [sendgrid, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  // A key of another curve, which no SendGrid key is.
  [sendgrid, 'MCowBQYDK2VwAyEA6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw='],
  [mailgun, 'two words that are long'],
  [postmark, 'password-alone'],
  [customerio, 'two words that are long'],
  [smartlead, 'twenty-three-characters'],
  [postmark, ':password'],
  [mailersend, 'too-short'],
  [mailtrap, 'two words that are long'],
  [postal, 'AAAA'],
  // A key of another kind, which no Postal key is.
  [postal, 'MCowBQYDK2VwAyEA6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw='],
  [resend, 'whsec_MfKQ9r8='],
  [resend, 'whpk_MfKQ9r8='],
  [generic, 'whsec_not base64'],
])('$id names the problem of the secret %s', (provider, secret) => {
  expect(provider.secretProblem(secret)).toMatch(/^is (?:not|no) /)
})
