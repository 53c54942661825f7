/**
 * What links are counted by: host and path of a web address, without query, fragment and those
 * parts of the path that stand for one person, who may ask to be erased. Null for what is none.
 */
export function linkOf(url: string): string | null {
  const target = URL.parse(url)
  if (!target || !/^https?:$/.test(target.protocol)) return null
  const parts = target.pathname.split('/').map((part) => (isPersonal(part) ? '…' : part))
  const link = `${target.host}${parts.join('/')}`.replace(/\/+$/, '')
  // A path is percent-encoded, and half a code is none.
  return link.length <= LONGEST ? link : `${link.slice(0, LONGEST - 1).replace(/%[\dA-Fa-f]?$/, '')}…`
}

const LONGEST = 200

const UUID = /[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}/i

/** An address, or a token such as e-mail tools put into their own links; `pricing-guide-2026` is neither. */
function isPersonal(part: string): boolean {
  return /@|%40/.test(part) || UUID.test(part) || part.split(/[-.]/).some((run) => run.length >= 16 && /\d/.test(run))
}
