import { describe, expect, test } from 'vitest'

import { excerptOf, htmlToText } from '../../src/webhooks/excerpt.ts'
import { decode, readForm } from '../../src/webhooks/form.ts'
import { type Mail, mailEvents, parseMime, plusTag } from '../../src/webhooks/mail.ts'
import { parseHeaders } from '../../src/webhooks/mail-headers.ts'
import { multipart, NOW } from './harness.ts'

const receipt = { provider: 'p', receivedAt: NOW, id: null, messageId: null, arrivedAt: null }

function aMail(headers: string, overrides: Partial<Mail> = {}): Mail {
  return {
    headers: parseHeaders(`Message-ID: <r1@example.com>\r\n${headers}`),
    from: 'Ada <ada@example.com>',
    to: 'sales@in.example.org',
    envelopeFrom: 'ada@example.com',
    subject: 'Re: Hi',
    text: 'Yes',
    html: null,
    newText: null,
    mailboxHash: null,
    reports: [],
    ...overrides,
  }
}

describe('a mail', () => {
  test.each([
    ['replied', 'In-Reply-To: <m1@example.org>'],
    ['replied', 'References: <m0@example.org> <m1@example.org>'],
    ['replied', 'In-Reply-To: <m1@example.org>\r\nAuto-Submitted: no'],
    ['inbound', 'Subject: Hello'],
    ['auto_replied', 'In-Reply-To: <m1@example.org>\r\nAuto-Submitted: auto-replied'],
    ['auto_replied', 'Auto-Submitted: auto-generated (vacation)'],
    ['auto_replied', 'X-Autoreply: yes'],
    ['auto_replied', 'X-Autorespond: gone fishing'],
    ['auto_replied', 'X-Auto-Response-Suppress: All'],
    ['auto_replied', 'Precedence: auto_reply'],
    ['auto_replied', 'Precedence: BULK'],
    ['auto_replied', 'Precedence: junk'],
    ['auto_replied', 'Precedence: list'],
    ['replied', 'In-Reply-To: <m1@example.org>\r\nPrecedence: first-class'],
    ['auto_replied', 'Return-Path: <>'],
    ['auto_replied', 'Content-Type: multipart/report; report-type=disposition-notification; boundary=b'],
  ])('is %s with %j', (type, headers) => {
    const [event] = mailEvents(aMail(headers), receipt)
    expect(event).toMatchObject({ type, recipient: 'ada@example.com', reply: { auto: type === 'auto_replied' } })
  })

  test("from nobody is a machine's", () => {
    expect(mailEvents(aMail('', { envelopeFrom: '' }), receipt)).toMatchObject([{ type: 'auto_replied' }])
  })

  test('to a planted address is an answer', () => {
    expect(mailEvents(aMail('', { mailboxHash: 'L-42' }), receipt)).toMatchObject([
      { type: 'replied', metadata: { mailbox_hash: 'L-42' } },
    ])
  })

  test('has one id wherever it is told again, and another for each mailbox it came to', () => {
    const idOf = (mail: Mail) => mailEvents(mail, receipt)[0]?.id
    expect(idOf(aMail('', { text: 'converted' }))).toBe(idOf(aMail('')))
    expect(idOf(aMail('', { to: 'other@in.example.org' }))).not.toBe(idOf(aMail('')))
  })

  test('without a sender cannot be read', () => {
    expect(() => mailEvents(aMail('', { from: null, envelopeFrom: null }), receipt)).toThrow('names no sender')
  })

  test.each([
    ['reply+L-42@in.example.org', 'L-42'],
    ['Sales <reply+a+b@in.example.org>', 'a+b'],
    ['sales@in.example.org', null],
    ['not an address', null],
  ])('to %s carries %s', (to, tag) => {
    expect(plusTag(to)).toBe(tag)
  })
})

describe('a delivery report', () => {
  const report = (text: string, type = 'message/delivery-status') =>
    mailEvents(
      aMail('Content-Type: multipart/report; report-type=delivery-status', { reports: [{ type, text }] }),
      receipt,
    )
  const status = (fields: string) =>
    `Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; gone@example.com\r\n${fields}\r\n`

  test.each([
    ['bounced', 'hard', 'Action: failed\r\nStatus: 5.1.1'],
    ['bounced', 'soft', 'Action: failed\r\nStatus: 4.2.2'],
    ['bounced', 'hard', 'Action: failed\r\nDiagnostic-Code: smtp; 550 5.7.1 refused'],
    ['bounced', 'undetermined', 'Action: failed'],
    ['deferred', null, 'Action: delayed\r\nStatus: 4.4.1'],
    ['delivered', null, 'Action: delivered\r\nStatus: 2.0.0'],
    ['bounced', 'hard', 'Action: constructor\r\nStatus: 5.0.0'],
  ])('is %s %s with %j', (type, bounceClass, fields) => {
    expect(report(status(fields))).toMatchObject([
      { type, class: bounceClass, recipient: 'gone@example.com', reply: null },
    ])
  })

  test('without its machine-readable part still tells from the failed recipients', () => {
    const mail = aMail('X-Failed-Recipients: gone@example.com, away@example.com', { text: '550 5.1.1 unknown' })
    expect(mailEvents(mail, receipt)).toMatchObject([
      { type: 'bounced', class: 'hard', recipient: 'gone@example.com' },
      { type: 'bounced', class: 'hard', recipient: 'away@example.com' },
    ])
  })

  test('that names nobody cannot be read', () => {
    expect(() => report('Reporting-MTA: dns; mx')).toThrow('names no recipient')
  })
})

describe('a whole mail', () => {
  test('gives its words, whatever they are encoded in', async () => {
    const raw = Buffer.from(
      'From: =?utf-8?Q?Zo=C3=AB?= <zoe@example.com>\r\nTo: sales+L@in.example.org\r\nSubject: =?iso-8859-1?Q?Gr=FC=DFe?=\r\nContent-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>Sch=F6n</p><blockquote>old</blockquote>',
    )
    const mail = await parseMime(raw, { to: null, envelopeFrom: null, newText: null })
    expect(mail).toMatchObject({ from: 'Zoë <zoe@example.com>', subject: 'Grüße', text: null, mailboxHash: 'L' })
    expect(excerptOf(mail.newText, mail.text, mail.html)).toBe('Schön')
  })
})

describe('an excerpt', () => {
  test.each([
    ['what the provider cut out', 'Yes', 'Yes\n> old', null, 'Yes'],
    ['the text without quote', null, 'Yes\n\nOn Mon, Jan 1, 2026 Bob <b@example.com> wrote:\n> Hi', null, 'Yes'],
    ['the text without signature', null, 'Yes\n\n-- \nAda Lovelace', null, 'Yes'],
    ['the text of HTML', null, null, '<style>p{}</style><p>Yes &amp; no</p><blockquote>old</blockquote>', 'Yes & no'],
    ['all of it when it is nothing but quote', null, '> inline answer', null, '> inline answer'],
    ['nothing', null, ' ', '', null],
  ])('is %s', (_name, newText, text, html, excerpt) => {
    expect(excerptOf(newText, text, html)).toBe(excerpt)
  })

  test('is at most 2,000 characters, and no half ones', () => {
    const excerpt = excerptOf(`${'x'.repeat(1999)}😀`, null, null)
    expect(excerpt).toBe('x'.repeat(1999))
  })

  test.each([
    'Op schreef\n'.repeat(2000),
    `${'x on at '.repeat(3000)}wrote`,
    'On  '.repeat(6000),
    '\n'.repeat(20_000),
    `${'>'.repeat(20_000)}x`,
  ])('is not looked for without end in %j', (text) => {
    expect(excerptOf(null, text, null)?.length ?? 0).toBeLessThanOrEqual(2000)
  })
})

describe('HTML', () => {
  test.each([
    ['<p>One<br>two</p><div>three</div>', 'One\ntwo\n\nthree'],
    ['a<script>alert("<b>")</script>b', 'ab'],
    ['<!-- <p>hidden</p> -->seen', 'seen'],
    ['&lt;b&gt; &#8364; &#x20ac; &#0; &#xd800; &nbsp;&unknown;', '<b> € € \uFFFD \uFFFD  &unknown;'],
    ['cut <off', 'cut'],
    ['<blockquote>old<br>words</blockquote>', '> old\n> words'],
  ])('%s reads %j', (html, text) => {
    expect(htmlToText(html)).toBe(text)
  })

  test('is read in one pass, however it is nested', () => {
    const began = performance.now()
    for (const hostile of ['<', '<p', '<!--', '<script>', '<blockquote>', '&#']) htmlToText(hostile.repeat(100_000))
    expect(performance.now() - began).toBeLessThan(1000)
  })
})

describe('a form', () => {
  test('gives the last of several fields of one name', async () => {
    const { headers, body } = multipart({ token: 'last' })
    const first = multipart({ token: 'first' }).body
    const both = Buffer.concat([first.subarray(0, first.length - '--xYzZY--\r\n'.length), body])
    expect((await readForm(both, headers['content-type'] ?? '')).get('token')).toBe('last')
    const pairs = Buffer.from('token=first&token=last')
    expect((await readForm(pairs, 'application/x-www-form-urlencoded')).get('token')).toBe('last')
  })

  test('leaves attachments out and keeps reports', async () => {
    const { headers, body } = multipart({ from: 'ada' }, [
      { name: 'attachment1', filename: 'a.pdf', type: 'application/pdf', content: '%PDF' },
      { name: 'attachment2', filename: 'd', type: 'message/delivery-status', content: 'Action: failed' },
    ])
    const form = await readForm(body, headers['content-type'] ?? '')
    expect(form.names).toEqual(['from'])
    expect(form.reports).toEqual([{ type: 'message/delivery-status', text: 'Action: failed' }])
  })

  test('has at most a thousand parts', async () => {
    const many = Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`f${index}`, 'x']))
    const { headers, body } = multipart(many)
    await expect(readForm(body, headers['content-type'] ?? '')).rejects.toThrow('malformed')
    const pairs = Buffer.from(new URLSearchParams(many).toString())
    await expect(readForm(pairs, 'application/x-www-form-urlencoded')).rejects.toThrow('more than 1000')
  })

  test.each(['multipart/form-data', 'multipart/form-data; boundary=other', 'multipart/form-data; boundary='])(
    'under the type %s is malformed, not endless',
    async (contentType) => {
      const { body } = multipart({ from: 'ada' })
      const form = await readForm(body, contentType).catch((error) => String(error))
      expect(typeof form === 'string' ? form : form.names).toSatisfy(
        (got) => got.length === 0 || /malformed|Boundary/.test(got),
      )
    },
  )

  test.each([
    ['utf-8', Buffer.from('Zoë'), 'Zoë'],
    ['iso-8859-1', Buffer.from('Zoë', 'latin1'), 'Zoë'],
    ['utf-8', Buffer.from('Zoë', 'latin1'), 'Zoë'],
    ['no-such-charset', Buffer.from('Zoë'), 'Zoë'],
    ['shift_jis', Buffer.from([0x83, 0x65]), 'テ'],
  ])('in %s is decoded', (charset, bytes, text) => {
    expect(decode(bytes, charset)).toBe(text)
  })
})
