/** What a SendGrid account with a sequence running sends: for each person a few events in a row. */
const KINDS = [
  { event: 'processed', 'smtp-id': true },
  { event: 'delivered', 'smtp-id': true, response: '250 2.0.0 OK 1767225600', tls: 1, ip: '198.51.100.7' },
  {
    event: 'open',
    'smtp-id': false,
    sg_machine_open: false,
    useragent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)',
    ip: '203.0.113.9',
  },
  {
    event: 'click',
    'smtp-id': false,
    url: 'https://example.org/pricing?utm_source=mail',
    useragent: 'Mozilla/5.0',
    ip: '203.0.113.9',
  },
] as const

/** `count` events from number `first` on, over `people` people who come round again and again. */
export function sendgridEvents(first: number, count: number, people: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, index) => {
    const n = first + index
    const message = Math.floor(n / KINDS.length)
    const person = message % people
    const { 'smtp-id': isNamed, ...kind } = KINDS[n % KINDS.length] ?? KINDS[0]
    return {
      email: `person${person}@company${person % 500}.example`,
      timestamp: 1767225600 + n,
      // Opens and clicks do not name the message by its header.
      ...(isNamed ? { 'smtp-id': `<m${message}@example.com>` } : {}),
      category: ['onboarding'],
      sg_event_id: Buffer.from(`event-${n}-${(n * 2654435761) % 4294967296}`).toString('base64url'),
      sg_message_id: `AbC${message}.recvd-5f7b-1.0`,
      singlesend_name: 'Q1 launch',
      lead_ref: `L-${person}`,
      ...kind,
    }
  })
}

/** As SendGrid puts it on the wire: each object is followed by CRLF. */
export function sendgridBody(events: readonly unknown[]): Buffer {
  return Buffer.from(`[${events.map((event) => JSON.stringify(event)).join(',\r\n')}]\r\n`)
}

export function resendBody(n: number, people: number): Buffer {
  const person = n % people
  return Buffer.from(
    JSON.stringify({
      type: 'email.opened',
      created_at: new Date(1767225600_000 + n * 1000).toISOString(),
      data: {
        email_id: `56761188-0000-4000-8000-${String(n).padStart(12, '0')}`,
        from: 'Team <me@example.org>',
        to: [`person${person}@company${person % 500}.example`],
        subject: 'Hi',
        tags: { lead_ref: `L-${person}` },
        created_at: '2026-01-01T10:00:00.894719+00:00',
      },
    }),
  )
}
