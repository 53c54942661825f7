import { numberOf } from './ids.ts'

/** What somebody reads mail with, and where, in the detail that the most talkative provider tells. */
export interface Device {
  readonly userAgent: string
  readonly client: { readonly name: string; readonly company: string; readonly kind: string }
  readonly os: { readonly name: string; readonly family: string; readonly company: string }
  readonly platform: 'Desktop' | 'Mobile'
  /** Of the ranges kept for documentation (RFC 5737). */
  readonly ip: string
  readonly countryCode: string
  readonly country: string
  readonly region: string
  readonly city: string
}

const WEBKIT = 'AppleWebKit/605.1.15 (KHTML, like Gecko)'

const DEVICES: readonly Device[] = [
  {
    userAgent:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
    client: { name: 'Chrome', company: 'Google', kind: 'browser' },
    os: { name: 'Windows 10', family: 'Windows', company: 'Microsoft Corporation' },
    platform: 'Desktop',
    ip: '203.0.113.24',
    countryCode: 'GB',
    country: 'United Kingdom',
    region: 'England',
    city: 'Leeds',
  },
  {
    userAgent: `Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) ${WEBKIT} Mobile/15E148`,
    client: { name: 'Mobile Safari', company: 'Apple Inc.', kind: 'mobile browser' },
    os: { name: 'iOS 18', family: 'iOS', company: 'Apple Inc.' },
    platform: 'Mobile',
    ip: '198.51.100.87',
    countryCode: 'DE',
    country: 'Germany',
    region: 'Hamburg',
    city: 'Hamburg',
  },
  {
    userAgent: `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${WEBKIT} Version/18.6 Safari/605.1.15`,
    client: { name: 'Safari', company: 'Apple Inc.', kind: 'browser' },
    os: { name: 'OS X 10.15', family: 'OS X', company: 'Apple Inc.' },
    platform: 'Desktop',
    ip: '192.0.2.143',
    countryCode: 'NL',
    country: 'Netherlands',
    region: 'Utrecht',
    city: 'Utrecht',
  },
  {
    userAgent: 'Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.18827; Pro)',
    client: { name: 'Outlook', company: 'Microsoft Corporation', kind: 'email client' },
    os: { name: 'Windows 11', family: 'Windows', company: 'Microsoft Corporation' },
    platform: 'Desktop',
    ip: '203.0.113.201',
    countryCode: 'SE',
    country: 'Sweden',
    region: 'Västra Götaland',
    city: 'Gothenburg',
  },
]

/** Always the same for the same person. */
export function deviceOf(email: string): Device {
  const device = DEVICES[numberOf(email) % DEVICES.length]
  if (!device) throw new Error('there are no devices')
  return device
}

/** What Apple's privacy protection fetches a mail with, for people who may never look at it (e-mail sheet, section 1.4). */
export const PREFETCH_USER_AGENT = 'Mozilla/5.0'
