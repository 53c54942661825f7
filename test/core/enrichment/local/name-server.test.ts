import { createSocket } from 'node:dgram'
import { once } from 'node:events'

import { expect, test } from 'vitest'

import {
  createMailDomains,
  type MailDomain,
  systemResolver,
} from '../../../../src/core/enrichment/local/mail-domains.ts'

/** RFC 1035, sections 3.2.2 and 4.1.1; RFC 3596. */
const TYPES: Readonly<Record<number, 'A' | 'MX' | 'AAAA'>> = { 1: 'A', 15: 'MX', 28: 'AAAA' }
const CODES = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 }

interface Zone {
  readonly code?: keyof typeof CODES
  readonly MX?: readonly string[]
  readonly A?: readonly [number, number, number, number]
}

function nameOf(query: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += length + 1
  }
  return { name: labels.join('.').toLowerCase(), end: at + 5 }
}

function encoded(name: string): Buffer {
  const labels = name.split('.').filter(Boolean)
  return Buffer.concat([...labels.map((label) => Buffer.from([label.length, ...Buffer.from(label)])), Buffer.from([0])])
}

function recordsOf(zone: Zone, type: string | undefined): Buffer[] {
  if (type === 'A' && zone.A) return [Buffer.from(zone.A)]
  if (type !== 'MX') return []
  return (zone.MX ?? []).map((exchange, index) => Buffer.concat([Buffer.from([0, index * 10]), encoded(exchange)]))
}

function reply(query: Buffer, zones: Readonly<Record<string, Zone>>): Buffer {
  const { name, end } = nameOf(query)
  const zone = zones[name] ?? { code: 'NXDOMAIN' }
  const type = query.readUInt16BE(end - 4)
  const records = recordsOf(zone, TYPES[type])
  const head = Buffer.alloc(12)
  query.copy(head, 0, 0, 2)
  head.writeUInt16BE(0x8180 | CODES[zone.code ?? 'NOERROR'], 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(records.length, 6)
  const answers = records.map((data) => {
    // The name of the question, by a pointer to it; class IN; 60 s.
    const fixed = Buffer.from([0xc0, 12, type >> 8, type & 255, 0, 1, 0, 0, 0, 60, data.length >> 8, data.length & 255])
    return Buffer.concat([fixed, data])
  })
  return Buffer.concat([head, query.subarray(12, end), ...answers])
}

/** A name server on a loopback port, and what this program makes of its answers. */
async function aNameServer(zones: Readonly<Record<string, Zone>>) {
  const socket = createSocket('udp4')
  socket.on('message', (query, { port, address }) => socket.send(reply(query, zones), port, address))
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const resolver = systemResolver()
  resolver.setServers([`127.0.0.1:${socket.address().port}`])
  return {
    ...createMailDomains({ resolver, now: () => Date.UTC(2026, 2, 2, 9) }),
    async [Symbol.asyncDispose]() {
      resolver.cancel()
      socket.close()
      await once(socket, 'close')
    },
  }
}

const ZONES: Readonly<Record<string, Zone>> = {
  'gmail.com': { MX: ['gmail-smtp-in.l.google.com'] },
  'brightforge.example': { MX: ['aspmx.l.google.com', 'alt1.aspmx.l.google.com'] },
  'parked.example': { MX: ['.'] },
  'old.example': { A: [192, 0, 2, 1] },
  'bare.example': {},
  'xn--bcher-kva.example': { MX: ['mail.brightforge.example'] },
  'broken.example': { code: 'SERVFAIL' },
  'closed.example': { code: 'REFUSED' },
}

test.each<[domain: string, verdict: MailDomain]>([
  ['brightforge.example', { kind: 'accepts_mail', host: 'google' }],
  ['bücher.example', { kind: 'accepts_mail', host: null }],
  ['parked.example', { kind: 'null_mx' }],
  ['old.example', { kind: 'implicit_mx' }],
  ['bare.example', { kind: 'unknown', reason: 'no_mail_server' }],
  ['none.example', { kind: 'no_such_domain' }],
  ['broken.example', { kind: 'unknown', reason: 'servfail' }],
  ['closed.example', { kind: 'unknown', reason: 'refused' }],
])('what a name server answers of %s', async (domain, verdict) => {
  await using domains = await aNameServer(ZONES)
  expect(await domains.check(domain)).toEqual(verdict)
})

test('a name server that knows no name at all is no reason to call a domain invalid', async () => {
  await using domains = await aNameServer({})
  expect(await domains.check('brightforge.example')).toEqual({ kind: 'unknown', reason: 'dns_unavailable' })
  expect(domains.state().kind).toBe('unavailable')
})
