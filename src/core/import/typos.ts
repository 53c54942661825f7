import { distance } from 'fastest-levenshtein'

/** The mail domains that most people have. */
const COMMON = words(`
  gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.fr hotmail.com hotmail.co.uk hotmail.fr outlook.com outlook.de
  live.com msn.com icloud.com me.com mac.com aol.com gmx.de gmx.net gmx.com web.de t-online.de freenet.de orange.fr
  wanadoo.fr free.fr laposte.net libero.it protonmail.com proton.me comcast.net
`)

/** What is written so often that it needs no measuring, and what one letter more or less does not tell. */
const KNOWN: ReadonlyMap<string, string> = new Map(
  [
    'gmail.com: gmial.com gmai.com gmal.com gamil.com gmil.com gnail.com gmaill.com gmail.co gmail.cm gmail.om gmail.con',
    'gmail.com: gmail.cmo gmail.comm gmailcom gmail.ocm gimail.com gmaul.com',
    'hotmail.com: hotmial.com hotmal.com hotmai.com hotmil.com hotmaill.com hotamil.com homtail.com hotmail.co hotmail.con',
    'outlook.com: outlok.com outloook.com oulook.com outllok.com outlook.co outlook.con',
    'yahoo.com: yaho.com yahooo.com yhoo.com yaoo.com yahoo.co yahoo.con yahoo.cm yhaoo.com',
    'icloud.com: iclod.com icoud.com icloud.co iclould.com icluod.com icloud.con',
    'googlemail.com: googelmail.com goglemail.com gogglemail.com',
    't-online.de: tonline.de t-onlin.de t-onine.de',
  ].flatMap((line) => {
    const [right = '', wrong = ''] = line.split(': ')
    return words(wrong).map((domain) => [domain, right] as const)
  }),
)

/** Domains that are right, though one letter away from another. */
const NEIGHBOURS = new Set(words('mail.com email.com ymail.com qmail.com zmail.com jmail.com cloud.com wahoo.com'))

/** Shorter ones are one letter away from half of all that exists. */
const MEASURED = 9

/** The address that was meant, where its domain looks like a slip of the fingers; else undefined. */
export function meantAddress(email: string): string | undefined {
  const at = email.lastIndexOf('@')
  const domain = email.slice(at + 1).toLowerCase()
  if (COMMON_SET.has(domain) || NEIGHBOURS.has(domain)) return undefined
  const meant = KNOWN.get(domain) ?? nearest(domain)
  return meant === undefined ? undefined : email.slice(0, at + 1) + meant
}

const COMMON_SET = new Set(COMMON)
const MEASURABLE = COMMON.filter(({ length }) => length >= MEASURED)

function nearest(domain: string): string | undefined {
  if (domain.length < MEASURED - 1) return undefined
  return MEASURABLE.find(
    (common) =>
      Math.abs(common.length - domain.length) <= 1 &&
      (distance(common, domain) === 1 || isSwapped(common, domain)) &&
      // Another ending is another domain: only slips in the name are guessed at.
      ending(common) === ending(domain),
  )
}

function ending(domain: string): string {
  return domain.slice(domain.indexOf('.'))
}

/** Two letters beside one another changed places. */
function isSwapped(a: string, b: string): boolean {
  if (a.length !== b.length) return false
  const first = [...a].findIndex((letter, index) => letter !== b[index])
  return first >= 0 && a === b.slice(0, first) + (b[first + 1] ?? '') + (b[first] ?? '') + b.slice(first + 2)
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/)
}
