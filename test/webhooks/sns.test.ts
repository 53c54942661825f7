import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { describe, expect, test } from 'vitest'

import { newSender, SECRETS } from '../../practice/email/sign.ts'
import { CERTIFICATE, type SnsFields, snsFetch, snsMessage } from '../../practice/email/sns.ts'
import { OverloadError, SignatureError, UpstreamError } from '../../src/core/errors.ts'
import { createProviders } from '../../src/webhooks/providers/index.ts'
import { createSnsCertificates } from '../../src/webhooks/sns-certificates.ts'
import { aReceiver, NOW, requestOf, signed } from './harness.ts'

const TOPIC = SECRETS.ses ?? ''
const opened = requestOf({
  headers: { 'x-amz-sns-message-id': 'm1' },
  body: {
    eventType: 'Open',
    mail: { messageId: '1', destination: ['ada@example.com'] },
    open: { timestamp: '2026-01-01T11:00:00Z' },
  },
})

const confirmation: SnsFields = {
  Type: 'SubscriptionConfirmation',
  MessageId: 'c1',
  TopicArn: TOPIC,
  Message: 'You have chosen to subscribe.',
  Timestamp: new Date(NOW).toISOString(),
  Token: '2336412f37f+ &',
  SubscribeURL: 'https://evil.example/?Action=ConfirmSubscription',
}

function posted(fields: SnsFields, version?: '1' | '2') {
  return {
    headers: { 'x-amz-sns-message-type': fields.Type, 'x-amz-sns-message-id': fields.MessageId },
    body: Buffer.from(JSON.stringify(snsMessage(fields, version))),
  }
}

/** The receiver, with an SNS that answers as `answer` does, and what it was asked. */
function aSubscriber(answer: typeof fetch = snsFetch, overrides: Parameters<typeof aReceiver>[0] = {}) {
  const asked: string[] = []
  const providers = createProviders({
    fetch(input, init) {
      asked.push(String(input))
      return answer(input, init)
    },
  })
  return { ...aReceiver({ providers, ...overrides }), asked }
}

const CONFIRM = 'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&'
const isConfirmation = (url: unknown) => String(url).startsWith(CONFIRM)

describe('a subscription', () => {
  test.each(['1', '2'] as const)(
    'is confirmed in the region of its topic, by signature version %s',
    async (version) => {
      const { post, asked, lines } = aSubscriber()
      const response = await post('ses', posted(confirmation, version))
      expect(response.status).toBe(200)
      expect(await response.json()).toEqual({ accepted: 0, duplicates: 0, unreadable: 0 })
      const url = new URL(asked.find(isConfirmation) ?? '')
      expect(Object.fromEntries(url.searchParams)).toEqual({
        Action: 'ConfirmSubscription',
        TopicArn: TOPIC,
        Token: confirmation.Token,
      })
      expect(lines).toContainEqual({
        level: 'warn',
        message: 'webhook handshake',
        fields: { provider: 'ses', done: `the subscription to ${TOPIC} is confirmed` },
      })
    },
  )

  test('asks no address that the message names but the certificate of its region', async () => {
    const { post, asked } = aSubscriber()
    await post('ses', posted(confirmation))
    expect(asked.map((url) => new URL(url).host)).toEqual(Array(2).fill('sns.eu-west-1.amazonaws.com'))
  })

  test("to somebody else's topic is refused, and nothing is asked", async () => {
    const { post, asked, refusals } = aSubscriber()
    const theirs = { ...confirmation, TopicArn: newSender('ses').secret }
    expect((await post('ses', posted(theirs))).status).toBe(401)
    expect(refusals).toEqual(['ses mismatch'])
    expect(asked).toEqual([])
  })

  test('without a true signature is not confirmed', async () => {
    const { post, asked } = aSubscriber()
    const { headers, body } = posted(confirmation)
    const forged = Buffer.from(body.toString().replace('2336412f', '00000000'))
    expect((await post('ses', { headers, body: forged })).status).toBe(401)
    expect(asked.filter(isConfirmation)).toEqual([])
  })

  test('is asked for again when SNS does not take the confirmation', async () => {
    const answer: typeof fetch = async (input) =>
      isConfirmation(input) ? new Response('', { status: 500 }) : await snsFetch(input)
    const { post, deliveries } = aSubscriber(answer)
    const response = await post('ses', posted(confirmation))
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('30')
    expect(deliveries).toEqual([])
  })

  test('that ends is said in the log, and not renewed', async () => {
    const { post, asked, lines } = aSubscriber()
    expect((await post('ses', posted({ ...confirmation, Type: 'UnsubscribeConfirmation' }))).status).toBe(200)
    expect(asked.filter(isConfirmation)).toEqual([])
    expect(lines.map(({ fields }) => fields.done)).toContain(`${TOPIC} sends no more: it was unsubscribed`)
  })
})

describe('a notification', () => {
  test('of several topics is believed for each that is allowed', async () => {
    const other = newSender('ses')
    const { post, refusals, events } = aSubscriber(snsFetch, { secrets: { ses: [other.secret, TOPIC] } })
    for (const proven of [signed('ses', opened), other.sign({ ...opened, sentAt: NOW })]) {
      expect((await post('ses', proven)).status).toBe(200)
    }
    expect((await post('ses', newSender('ses').sign({ ...opened, sentAt: NOW }))).status).toBe(401)
    expect(refusals).toEqual(['ses mismatch'])
    expect(events()).toHaveLength(2)
  })

  test('is asked for again while its certificate cannot be had', async () => {
    const { post, refusals, deliveries } = aSubscriber(() => Promise.reject(new TypeError('no route')))
    expect((await post('ses', signed('ses', opened))).status).toBe(503)
    expect([refusals, deliveries]).toEqual([[], []])
  })

  test('by raw delivery is refused with the advice to turn it off', async () => {
    const { post, lines } = aSubscriber()
    const headers = { 'x-amz-sns-message-type': 'Notification', 'x-amz-sns-rawdelivery': 'true' }
    expect((await post('ses', { headers, body: opened.body })).status).toBe(401)
    expect(lines[0]?.fields.problem).toMatch(/raw message delivery .* turn it off/)
  })

  test('is told to come back by 503, which SNS understands', async () => {
    const { post } = aSubscriber(snsFetch, { ingest: () => Promise.reject(new OverloadError(2)) })
    const response = await post('ses', signed('ses', opened))
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('2')
  })
})

describe('a certificate', () => {
  const at = (name: string) => `https://sns.eu-west-1.amazonaws.com/${name}.pem`
  const counting = (answer: (url: string) => Promise<Response> | Response) => {
    const asked: string[] = []
    const keyOf = createSnsCertificates(async (input) => {
      asked.push(String(input))
      return await answer(String(input))
    })
    return { keyOf, asked }
  }

  test('is fetched once, however many need it at once or later', async () => {
    const { keyOf, asked } = counting(() => new Response(CERTIFICATE))
    const keys = await Promise.all(Array.from({ length: 20 }, () => keyOf(at('a'), NOW)))
    expect(new Set([...keys, await keyOf(at('a'), NOW)]).size).toBe(1)
    expect(asked).toEqual([at('a')])
  })

  test.each(['2024-12-31', '2099-01-02'])('is not believed outside its time, as on %s', async (day) => {
    const { keyOf, asked } = counting(() => new Response(CERTIFICATE))
    await expect(keyOf(at('a'), Date.parse(day))).rejects.toMatchObject({ reason: 'mismatch' })
    await keyOf(at('a'), NOW)
    expect(asked).toHaveLength(2)
  })

  test.each<[string, () => Response]>([
    ['is not there', () => new Response('AccessDenied', { status: 403 })],
    ['is none', () => new Response('<html>')],
    [
      'is no RSA certificate but a key',
      () => new Response('-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'),
    ],
    ['is too large', () => new Response(`${CERTIFICATE}${'\n'.repeat(32 * 1024)}`)],
  ])('that %s is no proof', async (_name, answer) => {
    const { keyOf } = counting(answer)
    await expect(keyOf(at('a'), NOW)).rejects.toBeInstanceOf(SignatureError)
  })

  test('that never ends is not read to its end', async () => {
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1
        controller.enqueue(new Uint8Array(1024))
      },
    })
    const { keyOf } = counting(() => new Response(endless))
    await expect(keyOf(at('a'), NOW)).rejects.toMatchObject({ reason: 'mismatch' })
    expect(sent).toBeLessThan(100)
  })

  test.each([429, 500, 503])('is asked for again after a %d, and what failed is not remembered', async (status) => {
    let answers = 0
    const { keyOf } = counting(() => {
      answers += 1
      return answers === 1 ? new Response('', { status }) : new Response(CERTIFICATE)
    })
    await expect(keyOf(at('a'), NOW)).rejects.toBeInstanceOf(UpstreamError)
    await keyOf(at('a'), NOW)
  })

  test('is one of at most four that are fetched at once', async () => {
    const answered = Promise.withResolvers<void>()
    const { keyOf, asked } = counting(async () => {
      await answered.promise
      return new Response(CERTIFICATE)
    })
    const four = ['a', 'b', 'c', 'd'].map((name) => keyOf(at(name), NOW))
    await expect(keyOf(at('e'), NOW)).rejects.toBeInstanceOf(UpstreamError)
    answered.resolve()
    await Promise.all(four)
    await keyOf(at('e'), NOW)
    expect(asked).toHaveLength(5)
  })

  test('is one of at most sixteen that are kept', async () => {
    const { keyOf, asked } = counting(() => new Response(CERTIFICATE))
    for (let index = 0; index <= 16; index += 1) await keyOf(at(String(index)), NOW)
    await keyOf(at('16'), NOW)
    expect(asked).toHaveLength(17)
    await keyOf(at('0'), NOW)
    expect(asked).toHaveLength(18)
  })
})

describe('over a real connection', () => {
  async function listening(listener: RequestListener) {
    const server = createServer(listener)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    const base = `http://127.0.0.1:${address.port}`
    return {
      base,
      /** The real one, only that the region is here. */
      fetch: ((input, init) =>
        fetch(String(input).replace('https://sns.eu-west-1.amazonaws.com', base), init)) as typeof fetch,
      async [Symbol.asyncDispose]() {
        server.closeAllConnections()
        server.close()
        await once(server, 'close')
      },
    }
  }

  test('a redirect is not followed, neither to a certificate nor by a confirmation', async () => {
    const paths: string[] = []
    await using server = await listening((request, response) => {
      paths.push(request.url ?? '')
      if (request.url?.startsWith('/elsewhere')) response.end(CERTIFICATE)
      else response.writeHead(302, { location: '/elsewhere.pem' }).end()
    })
    const keyOf = createSnsCertificates(server.fetch)
    await expect(keyOf('https://sns.eu-west-1.amazonaws.com/a.pem', NOW)).rejects.toBeInstanceOf(UpstreamError)
    expect(paths).toEqual(['/a.pem'])

    const { post } = aSubscriber((input, init) => (isConfirmation(input) ? server.fetch(input, init) : snsFetch(input)))
    expect((await post('ses', posted(confirmation))).status).toBe(503)
    expect(paths.filter((path) => path.startsWith('/elsewhere'))).toEqual([])
  })

  test('a certificate that breaks off is asked for again', async () => {
    await using server = await listening((_request, response) => {
      response.writeHead(200, { 'content-length': '2000' })
      response.write(CERTIFICATE.slice(0, 100), () => response.destroy())
    })
    const keyOf = createSnsCertificates(server.fetch)
    await expect(keyOf('https://sns.eu-west-1.amazonaws.com/a.pem', NOW)).rejects.toBeInstanceOf(UpstreamError)
  })
})
