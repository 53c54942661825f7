import type { EnrichmentMood } from '../contract.ts'
import type { ApiAnswer } from './api.ts'

const PAGE = { 'content-type': 'text/html' }
const GATEWAY_PAGE = '<html><head><title>503 Service Temporarily Unavailable</title></head></html>'
const WELCOME_PAGE = '<!doctype html><html><head><title>Welcome</title></head><body>Please log in.</body></html>'

/**
 * What leaves the house of an API: an answer, or a connection that is dropped or stays open. Two
 * faults take turns, so that `calls` decides: a gateway's page and a dropped connection in an
 * outage, a page and half of a real answer where there is garbage.
 */
export function throughFaults(
  { silent, outage, garbage }: EnrichmentMood,
  calls: number,
  answer: () => ApiAnswer,
): ApiAnswer | 'drop' | 'silence' {
  const isOdd = calls % 2 === 1
  if (silent) return 'silence'
  if (outage) return isOdd ? { status: 503, headers: PAGE, body: GATEWAY_PAGE } : 'drop'
  if (garbage) return isOdd ? { status: 200, headers: PAGE, body: WELCOME_PAGE } : { ...answer(), isCut: true }
  return answer()
}
