import { domainKey } from '../../address.ts'

/** What lists say of mailboxes and domains. Domains are looked up with those above them, down to the registered one. */
export interface Lists {
  /** Forwards to the mailbox of a real person, who can be written to. */
  isAliasRelay(domain: string): boolean
  /** Made to be thrown away. */
  isDisposable(domain: string): boolean
  isFreeMail(domain: string): boolean
  /** Any of these: open to everybody, so that it says nothing of an employer. */
  isPublic(domain: string): boolean
  /** Read by whoever is on duty. What follows a plus does not count. */
  isRole(localPart: string): boolean
}

/**
 * Alias services as their own pages name them. `33mail.com` and `anonaddy.com` stand here, not
 * among the disposable ones: their addresses last, and lead to one person (enrichment sheet, section 7.3).
 */
const ALIAS_RELAYS = words(`
  duck.com mozmail.com relay.firefox.com privaterelay.appleid.com
  simplelogin.com simplelogin.co simplelogin.fr aleeas.com slmail.me slmails.com 8shield.net 8alias.com dralias.com
  silomails.com passmail.net passmail.com passinbox.com passfwd.com
  anonaddy.com anonaddy.me addymail.com 4wrd.cc mailer.me 33mail.com erine.email opayq.com
`)

/** What the package lacks. */
const MORE_DISPOSABLE = words('tempmail.com spamgourmet.com spamgourmet.net spamgourmet.org burnermail.io')

const MORE_FREE_MAIL = words(`
  tutanota.com tutanota.de tuta.com tuta.io tutamail.com keemail.me fastmail.com posteo.de posteo.net mailfence.com
  startmail.com kolabnow.com ik.me ikmail.com disroot.org riseup.net onionmail.org mailo.com protonmail.ch zohomail.com
  zohomail.eu zohomail.in skiff.com mail.de eclipso.de eclipso.eu magenta.de vodafone.de gmx.ch aol.de aol.fr bbox.fr
  numericable.fr cegetel.net telefonica.net ziggo.nl 139.com 189.cn
`)

/** Companies and a name for examples that the package takes for free mail. */
const NO_FREE_MAIL = words(`
  alibaba.com ancestry.com bt.com discovery.com example.com facebook.com medscape.com parrot.com techspot.com telstra.com
  unican.es
`)

const MORE_ROLES = words(`
  accueil anfrage anfragen bewerbung bewerbungen bonjour bounce bounces buero büro datenschutz dpo dsgvo einkauf empfang
  empleo facturas facturation gdpr hallo hotline kundendienst kundenservice moin newsroom pedidos rechnung rechnungen
  reklamation ventes vertrieb verwaltung
`)

/** People's names that the package takes for roles. */
const NO_ROLES = words('alexa alla alpha denver france gardner india paris per reg sydney')

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/)
}

let loading: Promise<Lists> | undefined

/** The lists hold 18,000 entries: they are read when first asked for, once. */
export function loadLists(): Promise<Lists> {
  loading ??= load()
  return loading
}

async function load(): Promise<Lists> {
  const [{ disposableEmailBlocklistSet }, { default: freeMail }, { default: roles }, { registrableDomain }] =
    await Promise.all([
      import('disposable-email-domains-js'),
      import('email-providers'),
      import('role-based-email-addresses'),
      import('./registrable-domain.ts'),
    ])

  const relays = new Set(ALIAS_RELAYS)
  const disposables = disposableEmailBlocklistSet().union(new Set(MORE_DISPOSABLE))
  const freeMails = new Set([...freeMail, ...MORE_FREE_MAIL]).difference(new Set(NO_FREE_MAIL))
  const roleNames = new Set([...roles, ...MORE_ROLES]).difference(new Set(NO_ROLES))

  /** Never looks above the registered domain: `com.ar` is on one of the lists, and its companies are none of it. */
  function names(domain: string): readonly string[] {
    const key = domainKey(domain)
    const least = (registrableDomain(key) ?? key).length
    const labels = key.split('.')
    return labels.map((_, index) => labels.slice(index).join('.')).filter((name) => name.length >= least)
  }
  /** In this order: a third of the list of free mail is disposable, `mailinator.com` among it. */
  function kindOf(domain: string): 'alias relay' | 'disposable' | 'free mail' | null {
    const all = names(domain)
    if (all.some((name) => relays.has(name))) return 'alias relay'
    if (all.some((name) => disposables.has(name))) return 'disposable'
    return all.some((name) => freeMails.has(name)) ? 'free mail' : null
  }
  return {
    isAliasRelay: (domain) => kindOf(domain) === 'alias relay',
    isDisposable: (domain) => kindOf(domain) === 'disposable',
    isFreeMail: (domain) => kindOf(domain) === 'free mail',
    isPublic: (domain) => kindOf(domain) !== null,
    isRole: (localPart) => roleNames.has(localPart.normalize('NFC').toLowerCase().replace(/\+.*$/s, '')),
  }
}
