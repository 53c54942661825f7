import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'

import { expect, test } from 'vitest'

import { loadLists } from '../../../../src/core/enrichment/local/lists.ts'

const FREE_MAIL = `
  gmail.com googlemail.com outlook.com hotmail.com hotmail.fr live.com yahoo.com yahoo.co.uk aol.com icloud.com me.com
  gmx.de web.de t-online.de orange.fr laposte.net libero.it mail.ru qq.com naver.com proton.me tuta.io fastmail.com
  posteo.de hey.com zoho.com hushmail.com`
const ALIAS_RELAYS = `
  duck.com mozmail.com privaterelay.appleid.com simplelogin.com simplelogin.co aleeas.com passmail.net anonaddy.com
  ada.33mail.com`
const COMPANIES =
  'siemens.com salesforce.com stripe.com bt.com facebook.com alibaba.com brightforge.example acme.co.uk mit.edu'

/** Known to be thrown away, in the words of the enrichment sheet's panel (section 7.3). */
const DISPOSABLE = `
  mailinator.com guerrillamail.com 10minutemail.com tempmail.com temp-mail.org yopmail.com throwawaymail.com maildrop.cc
  getnada.com dispostable.com trashmail.com sharklasers.com grr.la mailnesia.com mintemail.com mohmal.com fakeinbox.com
  spamgourmet.com burnermail.io emailondeck.com mytemp.email discard.email tempr.email spam4.me mailcatch.com
  jetable.org incognitomail.org moakt.com tempail.com mail-temp.com`

const list = (text: string) => text.trim().split(/\s+/)

test('of 45 domains of real people none is called disposable', async () => {
  const { isDisposable } = await loadLists()
  const legitimate = [...list(FREE_MAIL), ...list(ALIAS_RELAYS), ...list(COMPANIES)]
  expect(legitimate.length).toBe(45)
  expect(legitimate.filter(isDisposable)).toEqual([])
})

test('of 30 disposable domains all but those named here are known', async () => {
  const { isDisposable } = await loadLists()
  expect(list(DISPOSABLE).length).toBe(30)
  expect(list(DISPOSABLE).filter((domain) => !isDisposable(domain))).toEqual(['mail-temp.com'])
})

test('free mail, alias services and companies are told apart', async () => {
  const { isFreeMail, isAliasRelay, isPublic } = await loadLists()
  expect(list(FREE_MAIL).filter((domain) => !isFreeMail(domain))).toEqual([])
  expect(list(ALIAS_RELAYS).filter((domain) => !isAliasRelay(domain) || isFreeMail(domain))).toEqual([])
  expect(list(COMPANIES).filter(isPublic)).toEqual([])
  expect([...list(FREE_MAIL), ...list(ALIAS_RELAYS), 'mailinator.com'].filter((domain) => !isPublic(domain))).toEqual(
    [],
  )
})

test('a disposable domain is no free mail, though the list of free mail has it', async () => {
  const { isFreeMail } = await loadLists()
  expect(isFreeMail('mailinator.com')).toBe(false)
})

test('a domain under a listed one is listed, in any case and spelling', async () => {
  const { isDisposable, isFreeMail } = await loadLists()
  expect(isDisposable('a.b.mailinator.com')).toBe(true)
  expect(isDisposable('A.Mailinator.COM')).toBe(true)
  expect(isFreeMail('eu.gmail.com')).toBe(true)
  expect(isDisposable('brightforge-mailinator.com')).toBe(false)
  expect(isDisposable('mailinator.com.brightforge.example')).toBe(false)
})

test('a listed suffix does not stand for the companies below it', async () => {
  const { isFreeMail, isDisposable } = await loadLists()
  expect(isFreeMail('com.ar')).toBe(true)
  expect(['brightforge.com.ar', 'mail.brightforge.net.ua', 'brightforge.za.com'].filter(isFreeMail)).toEqual([])
  expect(isDisposable('')).toBe(false)
})

test.each(
  list('info sales support noreply no-reply postmaster billing hr jobs press team hello kontakt vertrieb accueil'),
)('%s@ is a role, with a plus and in capitals too', async (prefix) => {
  const { isRole } = await loadLists()
  expect([prefix, `${prefix}+spring`, prefix.toUpperCase(), `${prefix}+a+b`].filter((local) => !isRole(local))).toEqual(
    [],
  )
})

const FIRST_NAMES = `
  ada alan alexa alla alpha amelie anna april art ben boris carlos chase claude dale denver diego dirk dolores elena faith
  florence france frances frank gloria grace guy hope ian india ines iris jack jade jan joy jules june kai ken klaus lance
  lena lou mark may melody miles mo monica nora olga pat paris paul penny per pete pia quinn ray reg rex rob rose ruby
  sandy scott sergio sky sofia stella sue summer sven sydney terry tim ulla uma vera victor wanda will yan zoe`

test('no first name is a role', async () => {
  const { isRole } = await loadLists()
  expect(list(FIRST_NAMES).filter(isRole)).toEqual([])
})

const PROBE = `
  import { registerHooks } from 'node:module'
  const loaded = []
  registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
  const lists = () => loaded.filter((url) => /node_modules\\/(tldts|disposable|email-providers|role-based)/.test(url))
  await import('./lists.ts')
  await import('./examine.ts')
  const before = lists().length
  const { loadLists } = await import('./lists.ts')
  const same = (await loadLists()) === (await loadLists())
  const packages = new Set(lists().map((url) => /node_modules\\/([^/]+)/.exec(url)[1]))
  console.log(JSON.stringify({ before, same, packages: [...packages].filter((name) => name !== 'tldts-core').sort() }))
`

test('the lists are read when they are first asked for, and once', () => {
  const out = execFileSync(process.execPath, ['--input-type=module', '--eval', PROBE], {
    cwd: join(import.meta.dirname, '../../../../src/core/enrichment/local'),
    encoding: 'utf8',
  })
  expect(JSON.parse(out)).toEqual({
    before: 0,
    same: true,
    packages: ['disposable-email-domains-js', 'email-providers', 'role-based-email-addresses', 'tldts'],
  })
})
