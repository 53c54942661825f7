import { randomUUID } from 'node:crypto'

export interface Sample {
  readonly provider: string
  /** For the person who watches. */
  readonly what: string
  readonly body: Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

const JSON_HEADERS = { 'content-type': 'application/json' }

/** A few days of invented mail to Ada and her colleagues, as five e-mail tools would report it. `now` is UTC milliseconds. */
export function sampleDeliveries(now: number): Sample[] {
  const hoursAgo = (hours: number) => Math.floor(now / 1000) - hours * 3600
  const iso = (hours: number) => new Date(hoursAgo(hours) * 1000).toISOString()
  const ada = { email: 'ada@example.com', singlesend_name: 'Spring launch' }
  const reply = inboundParse({
    headers: 'Message-ID: <answer@example.com>\nIn-Reply-To: <launch@example.org>\nSubject: Re: Spring launch',
    from: 'Ada Lovelace <ada@example.com>',
    to: 'sales@example.org',
    subject: 'Re: Spring launch',
    text: 'Yes, this is what we were looking for. Can you call me on Tuesday?\n\nOn Monday, the team wrote:\n> Shall we talk?\n',
    envelope: '{"to":["sales@example.org"],"from":"ada@example.com"}',
  })
  return [
    {
      provider: 'sendgrid',
      what: 'Ada: delivered, opened by a machine, opened, clicked',
      headers: JSON_HEADERS,
      body: json([
        { ...ada, event: 'delivered', timestamp: hoursAgo(49), sg_event_id: 'd1', 'smtp-id': '<launch@example.org>' },
        { ...ada, event: 'open', timestamp: hoursAgo(49), sg_event_id: 'd2', sg_machine_open: true },
        { ...ada, event: 'open', timestamp: hoursAgo(26), sg_event_id: 'd3', sg_machine_open: false },
        { ...ada, event: 'click', timestamp: hoursAgo(26), sg_event_id: 'd4', url: 'https://example.org/pricing' },
      ]),
    },
    { provider: 'sendgrid', what: 'Ada: replied (Inbound Parse)', ...reply },
    {
      provider: 'resend',
      what: 'Grace: opened',
      headers: { ...JSON_HEADERS, 'svix-id': `msg_${randomUUID()}` },
      body: json({
        type: 'email.opened',
        created_at: iso(20),
        data: { email_id: randomUUID(), from: 'team@example.org', to: ['grace@example.com'], subject: 'Hello' },
      }),
    },
    {
      provider: 'postmark',
      what: 'Linus: his address does not exist',
      headers: JSON_HEADERS,
      body: json({
        RecordType: 'Bounce',
        Type: 'HardBounce',
        ID: 42,
        Email: 'linus@example.net',
        BouncedAt: iso(12),
        Details: '550 5.1.1 no such user',
        MessageID: randomUUID(),
      }),
    },
    {
      provider: 'mailgun',
      what: 'Margaret: unsubscribed',
      headers: JSON_HEADERS,
      body: json({
        'event-data': {
          id: randomUUID(),
          event: 'unsubscribed',
          timestamp: hoursAgo(5),
          recipient: 'margaret@example.net',
        },
      }),
    },
    {
      provider: 'generic',
      what: 'Grace: booked a call on the website',
      headers: { ...JSON_HEADERS, 'webhook-id': `msg_${randomUUID()}` },
      body: json({ type: 'call_scheduled', timestamp: iso(2), data: { email: 'grace@example.com' } }),
    },
  ]
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}

function inboundParse(mail: Readonly<Record<string, string>>) {
  const boundary = `xYzZY${randomUUID()}`
  const parts = Object.entries(mail).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const body = Buffer.from(`${parts.join('')}--${boundary}--\r\n`)
  return { body, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } }
}
