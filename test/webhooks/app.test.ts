import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { inspect } from 'node:util'
import { getRequestListener } from '@hono/node-server'
import { describe, expect, test } from 'vitest'
import { newSender, SECRETS, sign } from '../../practice/email/sign.ts'
import { OverloadError, StorageError, UpstreamError } from '../../src/core/errors.ts'
import type { WebhookDeps } from '../../src/webhooks/app.ts'
import { verifyPathToken } from '../../src/webhooks/path-token.ts'
import type { WebhookProvider } from '../../src/webhooks/provider.ts'
import { aReceiver, HOUR, MINUTE, multipart, NOW, providers, requestOf, signed } from './harness.ts'

const event = { email: 'ada@example.com', timestamp: NOW / 1000, event: 'open', sg_event_id: 'e1' }
const json = { 'content-type': 'application/json' }
const opened = requestOf({ headers: json, body: [event] })

async function failing(error: unknown, overrides: Partial<WebhookDeps> = {}) {
  const receiver = aReceiver({ ingest: () => Promise.reject(error), ...overrides })
  return { receiver, response: await receiver.post('sendgrid', signed('sendgrid', opened)) }
}

function provider(id: string): WebhookProvider {
  const found = providers.find((candidate) => candidate.id === id)
  if (!found) throw new Error(`there is no provider ${id}`)
  return found
}

function aWatchedBody() {
  let read = false
  const body = new ReadableStream(
    {
      pull(controller) {
        read = true
        controller.close()
      },
    },
    { highWaterMark: 0 },
  )
  return { body, wasRead: () => read }
}

describe('a delivery', () => {
  test('is answered only once it is stored', async () => {
    const stored = Promise.withResolvers<{ accepted: number; duplicates: number; unreadable: number }>()
    let answered = false
    const answer = Promise.resolve(
      aReceiver({ ingest: () => stored.promise }).post('sendgrid', signed('sendgrid', opened)),
    ).then((response) => {
      answered = true
      return response
    })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(answered).toBe(false)
    stored.resolve({ accepted: 0, duplicates: 1, unreadable: 0 })
    expect(await (await answer).json()).toEqual({ accepted: 0, duplicates: 1, unreadable: 0 })
  })

  test('leaves one line in the log, without an address', async () => {
    const { post, lines } = aReceiver()
    await post('sendgrid', signed('sendgrid', opened))
    expect(lines).toEqual([
      {
        level: 'info',
        message: 'delivery ingested',
        fields: { provider: 'sendgrid', accepted: 1, duplicates: 0, unreadable: 0, bytes: opened.body.length },
      },
    ])
  })

  test('of a thousand events is read whole', async () => {
    const { post, events } = aReceiver()
    const body = Array.from({ length: 1000 }, (_, index) => ({ ...event, sg_event_id: `e${index}` }))
    const began = performance.now()
    expect((await post('sendgrid', signed('sendgrid', requestOf({ body })))).status).toBe(200)
    expect(performance.now() - began).toBeLessThan(1000)
    expect(new Set(events().map(({ id }) => id)).size).toBe(1000)
  })

  test('of a thousand events in one field of a form is read whole, a broken one among them apart', async () => {
    const { post, events, unreadable } = aReceiver()
    const body = Array.from({ length: 1000 }, (_, index) => ({
      event: 'open',
      ts: NOW / 1000 - index,
      _id: `m${index}`,
      msg: index === 500 ? null : { email: `ada+${index}@example.com` },
    }))
    expect((await post('mandrill', signed('mandrill', requestOf({ body })))).status).toBe(200)
    expect(new Set(events().map(({ id }) => id)).size).toBe(999)
    expect(unreadable()).toMatchObject([{ part: 'element', problem: 'the event names no recipient' }])
  })
})

describe('the URL', () => {
  test.each(['unknown', 'sendgrid/extra', 'sendgrid/', '', 'constructor', '__proto__', '%00'])(
    '/webhooks/%s is not found, whatever is sent',
    async (path) => {
      const { app, deliveries } = aReceiver()
      for (const method of ['POST', 'GET', 'HEAD']) {
        expect((await app.request(`/webhooks/${path}`, { method })).status).toBe(404)
      }
      expect(deliveries).toEqual([])
    },
  )

  test.each([{}, { sendgrid: [] }])('of a provider without a secret is not found: %j', async (secrets) => {
    const { app, post } = aReceiver({ secrets })
    expect((await post('sendgrid', signed('sendgrid', opened))).status).toBe(404)
    expect((await app.request('/webhooks/sendgrid')).status).toBe(404)
  })
})

describe('a refusal', () => {
  test('stores nothing, is counted, and says nothing about why', async () => {
    const { post, deliveries, refusals } = aReceiver()
    const response = await post('sendgrid', newSender('sendgrid').sign({ ...opened, sentAt: NOW }))
    expect(response.status).toBe(401)
    expect(await response.json()).toEqual({ error: 'not authentic' })
    expect(response.headers.get('www-authenticate')).toBeNull()
    expect(deliveries).toEqual([])
    expect(refusals).toEqual(['sendgrid mismatch'])
  })

  test('asks for basic auth where that is the proof, and before the body is read', async () => {
    const { app, refusals } = aReceiver()
    const { body, wasRead } = aWatchedBody()
    const response = await app.request(
      new Request('http://localhost/webhooks/postmark', { method: 'POST', body, duplex: 'half' }),
    )
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Basic realm="touchpoint"')
    expect(refusals).toEqual(['postmark missing'])
    expect(wasRead()).toBe(false)
  })

  test('says stale when one secret of several finds the signature right but old', async () => {
    const secrets = { resend: [newSender('resend').secret, SECRETS.resend ?? '', newSender('resend').secret] }
    const { post, refusals } = aReceiver({ secrets })
    await post('resend', signed('resend', { headers: {}, body: Buffer.from('{}') }, NOW - HOUR))
    expect(refusals).toEqual(['resend stale'])
  })

  test.each([
    [
      'a Postmark record on the SendGrid URL',
      'sendgrid',
      '{"RecordType":"Open"}',
      'Postmark, whose URL is /webhooks/postmark',
    ],
    [
      'a Mailgun event on the Resend URL',
      'resend',
      '{"signature":{},"event-data":{}}',
      'Mailgun, whose URL is /webhooks/mailgun',
    ],
    [
      'SendGrid events on the Mailgun URL',
      'mailgun',
      '[{"sg_event_id":"e1"}]',
      'SendGrid, whose URL is /webhooks/sendgrid',
    ],
  ])('names %s', async (_name, provider, body, hint) => {
    const { post, lines, misdirections } = aReceiver()
    expect((await post(provider, { headers: json, body: Buffer.from(body) })).status).toBe(401)
    expect(lines[0]?.fields.hint).toBe(`this looks like ${hint}`)
    expect(misdirections).toEqual([`${provider} ${hint.split('/').at(-1)}`])
  })

  test('names nobody where two providers write alike', async () => {
    const { post, lines } = aReceiver()
    await post('sendgrid', { headers: json, body: Buffer.from('{"type":"activity.sent","data":{"email_id":"1"}}') })
    expect(lines[0]?.fields).not.toHaveProperty('hint')
  })

  test('gives no such hint about its own requests', async () => {
    const { post, lines, misdirections } = aReceiver()
    await post('sendgrid', { headers: json, body: Buffer.from('[{"sg_event_id":"e1"}]') })
    expect(misdirections).toEqual([])
    const problem = 'the header x-twilio-email-event-webhook-timestamp is missing'
    expect(lines[0]?.fields).toEqual({ provider: 'sendgrid', reason: 'missing', problem })
  })
})

test('a proven delivery of another provider is kept unread and named in the log', async () => {
  const { post, lines, misdirections } = aReceiver()
  const response = await post('postmark', signed('postmark', opened))
  expect(misdirections).toEqual(['postmark sendgrid'])
  expect(await response.json()).toEqual({ accepted: 0, duplicates: 0, unreadable: 1 })
  expect(lines.map(({ fields }) => fields.hint)).toContain('this looks like SendGrid, whose URL is /webhooks/sendgrid')
})

describe('a token in the URL', () => {
  const TOKEN = 'a-token_of-24-characters'
  const tokened: WebhookProvider = { ...provider('postmark'), proof: ['url'], verify: verifyPathToken }
  const listening = () => aReceiver({ providers: [tokened], secrets: { postmark: [TOKEN] } })
  const proven = requestOf({ headers: json, body: { RecordType: 'Open', Recipient: 'ada@example.com' } })

  test('is the proof where the provider can give no other', async () => {
    const { post, events } = listening()
    expect((await post('postmark', { ...proven, path: `/${TOKEN}` })).status).toBe(200)
    expect((await post('postmark', { ...proven, path: `/${TOKEN}?attempt=2` })).status).toBe(200)
    expect(events()).toHaveLength(2)
  })

  test.each([
    ['missing', ''],
    ['mismatch', `/${TOKEN.toUpperCase()}`],
    ['mismatch', `/${TOKEN}%20`],
    ['mismatch', '/%ff'],
  ])('is %s at the URL that ends in "%s"', async (reason, path) => {
    const { post, deliveries, refusals } = listening()
    expect((await post('postmark', { ...proven, path })).status).toBe(401)
    expect(refusals).toEqual([`postmark ${reason}`])
    expect(deliveries).toEqual([])
  })

  test('is looked at before the body is read', async () => {
    const { app } = listening()
    const { body, wasRead } = aWatchedBody()
    const url = 'http://localhost/webhooks/postmark/another-token'
    expect((await app.request(new Request(url, { method: 'POST', body, duplex: 'half' }))).status).toBe(401)
    expect(wasRead()).toBe(false)
  })

  test('stands in no line of the log', async () => {
    const { post, lines } = listening()
    const failing = aReceiver({
      providers: [tokened],
      secrets: { postmark: [TOKEN] },
      ingest: () => Promise.reject(new Error('broken')),
    })
    await post('postmark', { ...proven, path: `/${TOKEN}` })
    await post('postmark', { ...proven, path: `/${TOKEN}0` })
    await failing.post('postmark', { ...proven, path: `/${TOKEN}` })
    const written = [...lines, ...failing.lines]
    expect(written).toHaveLength(3)
    expect(inspect(written, { depth: null })).not.toContain(TOKEN)
  })

  test('opens no second way to a provider with another proof', async () => {
    const { app, post } = aReceiver()
    expect((await app.request(`/webhooks/sendgrid/${TOKEN}`)).status).toBe(404)
    expect((await post('sendgrid', { ...signed('sendgrid', opened), path: `/${TOKEN}` })).status).toBe(404)
  })
})

describe('the URL that a provider sees', () => {
  async function seen(publicUrl: string | undefined, url: string) {
    const urls: string[] = []
    const watching: WebhookProvider = { ...provider('postmark'), verify: (request) => void urls.push(request.url) }
    const { app } = aReceiver({ providers: [watching], publicUrl })
    await app.request(url, { method: 'POST', body: '{}' })
    return urls[0]
  }

  test.each([
    [undefined, 'http://10.0.0.7:3000/webhooks/postmark', 'http://10.0.0.7:3000/webhooks/postmark'],
    [
      'https://crm.example.com',
      'http://10.0.0.7:3000/webhooks/postmark?a=%2B1&b',
      'https://crm.example.com/webhooks/postmark?a=%2B1&b',
    ],
    ['https://example.com/crm', 'http://localhost/webhooks/postmark', 'https://example.com/crm/webhooks/postmark'],
  ])('under the public URL %s, %s is %s', async (publicUrl, inside, outside) => {
    expect(await seen(publicUrl, inside)).toBe(outside)
  })
})

describe('a handshake', () => {
  const shaking = (handshake: WebhookProvider['handshake'] & {}) =>
    aReceiver({ providers: [{ ...provider('sendgrid'), handshake }] })

  test('follows the proof and is said in the log', async () => {
    const { post, lines } = shaking(async () => 'confirmed')
    expect((await post('sendgrid', { headers: {}, body: opened.body })).status).toBe(401)
    expect(lines.map(({ message }) => message)).toEqual(['webhook refused'])
    expect((await post('sendgrid', signed('sendgrid', opened))).status).toBe(200)
    expect(lines[1]).toEqual({
      level: 'warn',
      message: 'webhook handshake',
      fields: { provider: 'sendgrid', done: 'confirmed' },
    })
  })

  test('that fails on the other side is asked for again', async () => {
    const { post, deliveries, refusals } = shaking(() => Promise.reject(new UpstreamError('no answer')))
    const response = await post('sendgrid', signed('sendgrid', opened))
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('30')
    expect([deliveries, refusals]).toEqual([[], []])
  })
})

describe('a one-time token', () => {
  const about = (id: string) =>
    requestOf({
      headers: json,
      body: { 'event-data': { id, event: 'opened', recipient: 'ada@example.com', timestamp: NOW / 1000 } },
    })

  test('may come again with the same event, and with no other', async () => {
    const { post, refusals } = aReceiver()
    const first = signed('mailgun', about('e1'))
    const stolen = Buffer.from(Buffer.from(first.body).toString().replace('"e1"', '"e2"'))
    expect((await post('mailgun', first)).status).toBe(200)
    expect((await post('mailgun', first)).status).toBe(200)
    expect((await post('mailgun', { ...first, body: stolen })).status).toBe(401)
    expect(refusals).toEqual(['mailgun replayed'])
    expect((await post('mailgun', signed('mailgun', about('e2')))).status).toBe(200)
  })
})

describe('what goes wrong', () => {
  test('an overload is 429, with whole seconds to wait', async () => {
    const { response } = await failing(new OverloadError(1.2))
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('2')
  })

  test.each<[status: 429 | 503, retryAfter: string | null, error: Error]>([
    [503, '1', new OverloadError(1)],
    [429, '30', new StorageError('disk full at /var/lib')],
    [429, null, new TypeError('undefined is not a function')],
  ])('a provider that comes back after a %d alone gets one (Retry-After %s, %o)', async (status, retryAfter, error) => {
    const only = providers.map((provider) => ({ ...provider, retryStatus: status }))
    const { response } = await failing(error, { providers: only })
    expect(response.status).toBe(status)
    expect(response.headers.get('retry-after')).toBe(retryAfter)
  })

  test.each([
    ['brevo', 429],
    ['mailjet', 503],
    ['postal', 503],
  ])('what %s sends and cannot be stored is answered %d, which makes it send again', async (id, status) => {
    const { post } = aReceiver({ ingest: () => Promise.reject(new StorageError('disk full')) })
    expect((await post(id, signed(id, requestOf({ body: [] })))).status).toBe(status)
  })

  test('storage that cannot write is 503, to be tried again in half a minute', async () => {
    const { response } = await failing(new StorageError('disk full at /var/lib'))
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('30')
  })

  test('a bug is 500 without detail, and whole in the log once', async () => {
    const bug = new TypeError('undefined is not a function')
    const { response, receiver } = await failing(bug)
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('undefined')
    expect(receiver.lines).toEqual([
      { level: 'error', message: 'webhook failed', fields: { provider: 'sendgrid', error: bug } },
    ])
  })
})

describe('a body', () => {
  test('that is compressed is not taken', async () => {
    const { post } = aReceiver()
    const { headers, body } = signed('sendgrid', opened)
    expect((await post('sendgrid', { headers: { ...headers, 'content-encoding': 'gzip' }, body })).status).toBe(415)
    expect((await post('sendgrid', { headers: { ...headers, 'content-encoding': 'identity' }, body })).status).toBe(200)
  })

  test.each([
    ['sendgrid', 'application/json', 2],
    ['sendgrid', 'multipart/form-data; boundary=b', 30],
    ['mailgun', 'application/json', 1],
    ['mailgun', 'application/x-www-form-urlencoded', 30],
    ['mailtrap', 'application/json', 2],
    ['postmark', 'application/json', 50],
    ['resend', 'application/json', 1],
    ['generic', 'text/plain', 1],
  ])('for %s as %s may be %d MiB', (id, contentType, mebibytes) => {
    expect(provider(id).maxBodyBytes(contentType)).toBe(mebibytes * 1024 * 1024)
  })

  test('that says it is too large is refused by what it says', async () => {
    const { app } = aReceiver()
    const headers = { 'content-length': String(3 * 1024 * 1024) }
    const response = await app.request('/webhooks/sendgrid', { method: 'POST', headers, body: '[]' })
    expect(response.status).toBe(413)
    expect(response.headers.get('connection')).toBe('close')
  })

  test('that says less than it is does not get around the limit', async () => {
    const { app } = aReceiver()
    const headers = { 'content-length': '2' }
    const body = Buffer.alloc(1024 * 1024 + 1, ' ')
    expect((await app.request('/webhooks/resend', { method: 'POST', headers, body })).status).toBe(413)
  })

  test('waits outside while others fill the room, and comes in when they are gone', async () => {
    const stored = Promise.withResolvers<void>()
    const { post } = aReceiver({
      maxInFlightBytes: 150_000,
      ingest: async () => {
        await stored.promise
        return { accepted: 1, duplicates: 0, unreadable: 0 }
      },
    })
    const large = signed('sendgrid', requestOf({ body: [{ ...event, note: 'x'.repeat(100_000) }] }))
    const inside = post('sendgrid', large)
    await new Promise((resolve) => setTimeout(resolve, 50))
    const outside = await post('sendgrid', large)
    expect(outside.status).toBe(429)
    expect(outside.headers.get('retry-after')).toMatch(/^\d+$/)
    stored.resolve()
    expect((await inside).status).toBe(200)
    expect((await post('sendgrid', large)).status).toBe(200)
  })
})

describe('on a real connection', () => {
  async function listening() {
    const receiver = aReceiver()
    const server = createServer(getRequestListener(receiver.app.fetch, { overrideGlobalObjects: false }))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    return {
      ...receiver,
      port: address.port,
      async [Symbol.asyncDispose]() {
        server.closeAllConnections()
        server.close()
        await once(server, 'close')
      },
    }
  }

  test('small, large and chunked bodies arrive byte by byte as they were sent', async () => {
    await using server = await listening()
    for (const note of ['x', 'ü'.repeat(200_000)]) {
      const { headers, body } = signed('sendgrid', requestOf({ headers: json, body: [{ ...event, note }] }))
      const url = `http://127.0.0.1:${server.port}/webhooks/sendgrid`
      expect((await fetch(url, { method: 'POST', headers, body: Buffer.from(body) })).status).toBe(200)
      const stream = new Blob([Buffer.from(body)]).stream()
      expect((await fetch(url, { method: 'POST', headers, body: stream, duplex: 'half' })).status).toBe(200)
    }
    expect(server.events()).toHaveLength(4)
  })

  test.each([
    ['chunked', 'Transfer-Encoding: chunked'],
    ['declared', `Content-Length: ${1024 * 1024 * 1024}`],
  ])('a %s body over the limit is cut off and not read on', async (_name, framing) => {
    await using server = await listening()
    const socket = connect(server.port, '127.0.0.1')
    // The peer resets a connection that goes on writing; that is the point.
    socket.on('error', () => {})
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
    let answer = ''
    socket.on('data', (data) => {
      answer += data.toString('latin1')
    })
    socket.write(`POST /webhooks/resend HTTP/1.1\r\nHost: x\r\n${framing}\r\n\r\n`)
    const block = Buffer.alloc(64 * 1024, ' ')
    const chunk = Buffer.concat([Buffer.from(`${block.length.toString(16)}\r\n`), block, Buffer.from('\r\n')])
    let sent = 0
    while (!socket.destroyed && sent < 64 * 1024 * 1024) {
      sent += chunk.length
      if (!socket.write(chunk)) {
        await Promise.race([
          once(socket, 'drain').catch(() => {}),
          closed,
          new Promise((done) => setTimeout(done, 1000)),
        ])
      }
    }
    await closed
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(answer).toMatch(/connection: close/i)
    expect(sent).toBeLessThan(32 * 1024 * 1024)
    expect(server.deliveries).toEqual([])
  })

  test('a connection that ends before its body is no error of ours', async () => {
    await using server = await listening()
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write('POST /webhooks/resend HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"half":')
    await new Promise((resolve) => setTimeout(resolve, 50))
    socket.destroy()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(server.lines).toEqual([])
    expect(server.deliveries).toEqual([])
  })
})

test('a form that is signed and broken is kept whole', async () => {
  const { post, unreadable } = aReceiver()
  const { headers, body } = multipart({ headers: 'From: ada@example.com', from: 'ada@example.com' })
  const cut = { headers, body: body.subarray(0, body.length - 20) }
  const response = await post('sendgrid', signed('sendgrid', cut, NOW - MINUTE))
  expect(response.status).toBe(200)
  expect(unreadable()).toMatchObject([{ part: 'body', headers: { 'content-type': headers['content-type'] } }])
})

test('every provider has a sender that signs for it', () => {
  expect(providers.every(({ id }) => id in sign && id in SECRETS)).toBe(true)
})
