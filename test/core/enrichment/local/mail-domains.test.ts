import { expect, test } from 'vitest'

import {
  createMailDomains,
  type MailDomain,
  type MailResolver,
} from '../../../../src/core/enrichment/local/mail-domains.ts'

type Records = Awaited<ReturnType<MailResolver['resolveMx']>>

/** What DNS holds of a domain; a string is the code that it answers with. */
interface Zone {
  readonly mx?: Records | string
  readonly a?: readonly string[] | string
  readonly aaaa?: readonly string[] | string
}

const NOTHING: Zone = { mx: 'ENOTFOUND', a: 'ENOTFOUND', aaaa: 'ENOTFOUND' }
const BROKEN: Zone = { mx: 'ESERVFAIL', a: 'ESERVFAIL', aaaa: 'ESERVFAIL' }
const GOOGLE: Zone = { mx: [{ exchange: 'aspmx.l.google.com', priority: 1 }] }
const CANARIES = { 'gmail.com': GOOGLE, 'outlook.com': GOOGLE }

function answer<T>(held: readonly T[] | string | undefined): Promise<readonly T[]> {
  if (typeof held !== 'string' && held) return Promise.resolve(held)
  const code = held ?? 'ENODATA'
  return Promise.reject(Object.assign(new Error(`query${code}`), { code }))
}

/** A DNS that knows `zones`, and of every other domain that it does not exist. */
function aDns(zones: Record<string, Zone>) {
  const asked: string[] = []
  const look = (type: string, domain: string) => {
    asked.push(`${type} ${domain}`)
    return zones[domain] ?? NOTHING
  }
  const resolver: MailResolver = {
    resolveMx: (domain) => answer(look('MX', domain).mx),
    resolve4: (domain) => answer(look('A', domain).a),
    resolve6: (domain) => answer(look('AAAA', domain).aaaa),
  }
  return { zones, asked, resolver }
}

const NOW = Date.UTC(2026, 2, 2, 9)

function domainsOf(zones: Record<string, Zone>) {
  const dns = aDns({ ...CANARIES, ...zones })
  const clock = { at: NOW }
  const lines: string[] = []
  const log = { info: (message: string) => lines.push(message), warn: (message: string) => lines.push(message) }
  return { ...createMailDomains({ resolver: dns.resolver, now: () => clock.at, log }), dns, clock, lines }
}

const mx = (...exchanges: readonly string[]): Zone => ({
  mx: exchanges.map((exchange, index) => ({ exchange, priority: index * 10 })),
})

test.each<[what: string, zone: Zone, verdict: MailDomain]>([
  ['a server of Google', GOOGLE, { kind: 'accepts_mail', host: 'google' }],
  [
    'a server of Microsoft',
    mx('brightforge-example.mail.protection.outlook.com'),
    { kind: 'accepts_mail', host: 'microsoft' },
  ],
  ['a gateway of Proofpoint in capitals', mx('MX0A-0012.PPHOSTED.COM.'), { kind: 'accepts_mail', host: 'proofpoint' }],
  ['a server that nobody knows', mx('mail.brightforge.example'), { kind: 'accepts_mail', host: null }],
  ['one whose name only ends alike', mx('mail.notgoogle.com'), { kind: 'accepts_mail', host: null }],
  [
    'the known one second',
    mx('mail.brightforge.example', 'mx1.mimecast.com'),
    { kind: 'accepts_mail', host: 'mimecast' },
  ],
  [
    'two known ones, the first by priority last',
    {
      mx: [
        { exchange: 'aspmx.l.google.com', priority: 50 },
        { exchange: 'mx1.mimecast.com', priority: 5 },
      ],
    },
    { kind: 'accepts_mail', host: 'mimecast' },
  ],
  ['the word that it takes no mail', mx(''), { kind: 'null_mx' }],
  ['the same as a dot', mx('.'), { kind: 'null_mx' }],
  ['that word beside a server', mx('', 'mail.brightforge.example'), { kind: 'accepts_mail', host: null }],
  ['only an address', { a: ['192.0.2.1'] }, { kind: 'implicit_mx' }],
  ['only an address of version 6', { aaaa: ['2001:db8::1'] }, { kind: 'implicit_mx' }],
  [
    'an address, though its mail servers are said not to exist',
    { mx: 'ENOTFOUND', a: ['192.0.2.1'] },
    { kind: 'implicit_mx' },
  ],
  ['a name and nothing else', {}, { kind: 'unknown', reason: 'no_mail_server' }],
  ['a name for mail alone', { a: 'ENOTFOUND', aaaa: 'ENOTFOUND' }, { kind: 'unknown', reason: 'no_mail_server' }],
  ['no such name', NOTHING, { kind: 'no_such_domain' }],
  ['a server that fails', BROKEN, { kind: 'unknown', reason: 'servfail' }],
  ['a server that fails for its addresses', { a: 'ETIMEOUT' }, { kind: 'unknown', reason: 'timeout' }],
  ['a server that refuses', { mx: 'EREFUSED' }, { kind: 'unknown', reason: 'refused' }],
])('a domain with %s', async (_what, zone, verdict) => {
  const domains = domainsOf({ 'brightforge.example': zone })
  expect(await domains.check('brightforge.example')).toEqual(verdict)
  expect(domains.state()).toEqual({ kind: 'available' })
  expect(domains.lines).toEqual([])
})

test('before a domain is said not to exist, well-known ones are asked for', async () => {
  const { check, dns } = domainsOf({})
  expect(await check('brightforge.example')).toEqual({ kind: 'no_such_domain' })
  expect(dns.asked.slice(-2)).toEqual(['MX gmail.com', 'MX outlook.com'])
})

test('one of the well-known domains is enough', async () => {
  const { check } = domainsOf({ 'gmail.com': BROKEN })
  expect(await check('brightforge.example')).toEqual({ kind: 'no_such_domain' })
})

test.each([
  ['every name is said not to exist', NOTHING],
  ['nothing is answered', { mx: 'ETIMEOUT', a: 'ETIMEOUT', aaaa: 'ETIMEOUT' }],
  ['no server can be reached', { mx: 'ECONNREFUSED', a: 'ECONNREFUSED', aaaa: 'ECONNREFUSED' }],
])('without DNS, where %s, no domain of a thousand is called invalid', async (_how, zone) => {
  const many = Array.from({ length: 1000 }, (_, index) => `company-${index}.example`)
  const domains = domainsOf({
    'gmail.com': zone,
    'outlook.com': zone,
    ...Object.fromEntries(many.map((name) => [name, zone])),
  })
  expect(domains.state()).toEqual({ kind: 'untried' })
  const verdicts = await Promise.all(many.map(domains.check))
  expect(verdicts.filter(({ kind }) => kind !== 'unknown')).toEqual([])
  expect(domains.state()).toEqual({ kind: 'unavailable', since: NOW })
  // Said once, and once it is known nobody is asked in vain.
  expect(domains.lines).toEqual(['DNS is unavailable: no address is called invalid by it'])
  expect(new Set(domains.dns.asked.map((question) => question.split(' ')[1])).size).toBeLessThanOrEqual(42)
})

test('DNS that comes back is noticed, and what was doubtful is asked anew', async () => {
  const domains = domainsOf({ 'gmail.com': NOTHING, 'outlook.com': NOTHING })
  expect(await domains.check('brightforge.example')).toEqual({ kind: 'unknown', reason: 'dns_unavailable' })
  domains.clock.at += 60_000
  expect(await domains.check('brightforge.example')).toEqual({ kind: 'unknown', reason: 'dns_unavailable' })
  expect(domains.state()).toEqual({ kind: 'unavailable', since: NOW })

  Object.assign(domains.dns.zones, { ...CANARIES, 'brightforge.example': GOOGLE })
  domains.clock.at += 60_000
  expect(await domains.check('brightforge.example')).toEqual({ kind: 'accepts_mail', host: 'google' })
  expect(domains.state()).toEqual({ kind: 'available' })
  expect(domains.lines).toEqual(['DNS is unavailable: no address is called invalid by it', 'DNS is available again'])
})

test('a network that fails after others were found makes no domain invalid', async () => {
  const domains = domainsOf({ 'brightforge.example': GOOGLE })
  await domains.check('brightforge.example')
  await domains.check('none.example')
  Object.assign(domains.dns.zones, { 'gmail.com': NOTHING, 'outlook.com': NOTHING })
  expect(await domains.check('coldforge.example')).toEqual({ kind: 'unknown', reason: 'dns_unavailable' })
})

const HOUR_MS = 60 * 60_000

test.each<[what: string, zone: Zone, keptMs: number]>([
  ['takes mail', GOOGLE, 24 * HOUR_MS],
  ['has only an address', { a: ['192.0.2.1'] }, 24 * HOUR_MS],
  ['takes none', mx(''), HOUR_MS],
  ['does not exist', NOTHING, HOUR_MS],
  ['could not be looked up', BROKEN, 5 * 60_000],
])('that a domain %s is remembered for a time', async (_what, zone, keptMs) => {
  const { check, dns, clock } = domainsOf({ 'brightforge.example': zone })
  const asked = () => dns.asked.filter((question) => question === 'MX brightforge.example').length
  const first = await check('brightforge.example')
  clock.at += keptMs - 1
  expect(await check('BrightForge.example')).toEqual(first)
  expect(asked()).toBe(1)
  clock.at += 1
  expect(await check('brightforge.example')).toEqual(first)
  expect(asked()).toBe(2)
})

test('two hundred questions about one domain at the same time are one', async () => {
  const { check, dns } = domainsOf({ 'brightforge.example': GOOGLE })
  const verdicts = await Promise.all(Array.from({ length: 200 }, () => check('brightforge.example')))
  expect(new Set(verdicts).size).toBe(1)
  expect(dns.asked).toEqual(['MX brightforge.example'])
})

test('domains that do not exist share the question for the well-known ones', async () => {
  const { check, dns } = domainsOf({})
  await Promise.all(['a.example', 'b.example', 'c.example'].map(check))
  expect(dns.asked.filter((question) => question === 'MX gmail.com').length).toBe(1)
})

test('no more than twenty domains are looked up at the same time', async () => {
  let inFlight = 0
  let most = 0
  const resolveMx: MailResolver['resolveMx'] = async () => {
    most = Math.max(most, ++inFlight)
    await new Promise((resolve) => setImmediate(resolve))
    inFlight--
    return [{ exchange: 'mail.brightforge.example', priority: 10 }]
  }
  const { check } = createMailDomains({ resolver: { ...aDns({}).resolver, resolveMx }, now: () => NOW })
  await Promise.all(Array.from({ length: 100 }, (_, index) => check(`company-${index}.example`)))
  expect(most).toBe(20)
})

test('what is remembered is bounded, and the oldest goes first', async () => {
  const { check, dns } = domainsOf({ 'first.example': GOOGLE, 'second.example': GOOGLE })
  for (const name of ['first.example', 'second.example']) await check(name)
  for (let index = 0; index < 9_999; index++) {
    dns.zones[`company-${index}.example`] = GOOGLE
    await check(`company-${index}.example`)
  }
  await check('second.example')
  await check('first.example')
  const asked = (domain: string) => dns.asked.filter((question) => question === `MX ${domain}`).length
  expect([asked('second.example'), asked('first.example')]).toEqual([1, 2])
})

test('a mistake of ours is not taken for an answer, and is not remembered', async () => {
  const { resolver } = aDns({ 'brightforge.example': GOOGLE })
  let broken = true
  const resolveMx: MailResolver['resolveMx'] = (domain) =>
    broken ? Promise.reject(new TypeError('a mistake')) : resolver.resolveMx(domain)
  const { check } = createMailDomains({ resolver: { ...resolver, resolveMx }, now: () => NOW })
  await expect(check('brightforge.example')).rejects.toThrow('a mistake')
  broken = false
  expect(await check('brightforge.example')).toEqual({ kind: 'accepts_mail', host: 'google' })
})
