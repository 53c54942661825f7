/** The last labels of a mail server's name, and who runs it. Gateways stand before a host that cannot be seen. */
const HOSTS = {
  'google.com': 'google',
  'googlemail.com': 'google',
  'outlook.com': 'microsoft',
  'mx.microsoft': 'microsoft',
  'pphosted.com': 'proofpoint',
  'ppe-hosted.com': 'proofpoint',
  'mimecast.com': 'mimecast',
  'mimecast.co.za': 'mimecast',
  'barracudanetworks.com': 'barracuda',
  'iphmx.com': 'cisco',
  'messagelabs.com': 'symantec',
  'sophos.com': 'sophos',
  'hornetsecurity.com': 'hornetsecurity',
  'antispameurope.com': 'hornetsecurity',
  'zoho.com': 'zoho',
  'zoho.eu': 'zoho',
  'zoho.in': 'zoho',
  'protonmail.ch': 'proton',
  'messagingengine.com': 'fastmail',
  'icloud.com': 'apple',
  'yahoodns.net': 'yahoo',
  'amazonaws.com': 'amazon',
  'awsapps.com': 'amazon',
  'mx.cloudflare.net': 'cloudflare',
  'emailsrvr.com': 'rackspace',
  'ionos.com': 'ionos',
  'ionos.de': 'ionos',
  'kundenserver.de': 'ionos',
  'rzone.de': 'strato',
  'ovh.net': 'ovh',
  'gandi.net': 'gandi',
  'yandex.net': 'yandex',
  'yandex.ru': 'yandex',
} as const

export type MailHost = (typeof HOSTS)[keyof typeof HOSTS]

const HOST_OF: ReadonlyMap<string, MailHost> = new Map(Object.entries(HOSTS))

/** Who takes the mail of a domain by its first mail server that we know; null where we know none. `exchanges` in their order. */
export function mailHostOf(exchanges: readonly string[]): MailHost | null {
  for (const exchange of exchanges) {
    const labels = exchange.toLowerCase().replace(/\.$/, '').split('.')
    const host = labels.map((_, index) => HOST_OF.get(labels.slice(index).join('.'))).find((known) => known)
    if (host) return host
  }
  return null
}
