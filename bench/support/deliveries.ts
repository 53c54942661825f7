import { thousandEvents } from '../../practice/email/batch.ts'
import { deviceOf } from '../../practice/email/devices.ts'
import { uuidOf } from '../../practice/email/ids.ts'
import { requestOf, requestsOf } from '../../practice/email/request.ts'
import { type Sender, sign } from '../../practice/email/sign.ts'
import type { Happening, Tool, Unsigned } from '../../practice/email/tool.ts'
import { ANSWERS } from '../../practice/email/words.ts'
import type { WebhookRequest } from '../../src/webhooks/provider.ts'

/** What a tool posts at once, signed. */
export interface SampleDelivery {
  readonly what: string
  readonly events: number
  readonly request: WebhookRequest
  /** The JSON in it; undefined where it is a form of other fields. */
  readonly json: string | undefined
}

const HAPPENINGS: readonly Happening[] = [
  'sent',
  'delivered',
  'opened',
  'machine_opened',
  'clicked',
  'bounced',
  'unsubscribed',
  'complained',
  'replied',
  'auto_replied',
]

/** One of each that `tool` can tell, and where it sends many together, the largest batch; signed at `now` (UTC milliseconds). */
export function sampleDeliveries(tool: Tool, now: number): SampleDelivery[] {
  const told = HAPPENINGS.filter((happening) => tool.events[happening] ?? tool.mail[happening])
  const singles = told.map((happening) =>
    aDelivery(tool, happening, requestOf(tool, happening, occasion(tool, now)), 1, now),
  )
  const [batch] = tool.partsPerRequest > 1 ? requestsOf(tool, thousandEvents(tool, now)) : []
  if (!batch) return singles
  const { partsPerRequest } = tool
  return [...singles, aDelivery(tool, `each of ${partsPerRequest.toLocaleString('en')}`, batch, partsPerRequest, now)]
}

function aDelivery(tool: Tool, what: string, unsigned: Unsigned, events: number, now: number): SampleDelivery {
  const { headers, body, path = '' } = senderOf(tool.id)({ ...unsigned, sentAt: now })
  const request = {
    headers: new Headers(headers),
    body,
    receivedAt: now,
    url: `https://crm.example.com/webhooks/${tool.id}${path}`,
    token: path === '' ? undefined : path.slice(1),
  }
  return { what, events, request, json: jsonIn(unsigned) }
}

function senderOf(tool: string): Sender['sign'] {
  const signer = sign[tool]
  if (!signer) throw new Error(`nobody can sign for ${tool}`)
  return signer
}

function jsonIn({ headers, body }: Unsigned): string | undefined {
  const text = Buffer.from(body).toString('utf8')
  const type = headers['content-type'] ?? ''
  if (type.startsWith('multipart/')) return undefined
  return type.includes('urlencoded') ? (new URLSearchParams(text).get('mandrill_events') ?? undefined) : text
}

function occasion({ id, campaign }: Tool, at: number) {
  const to = { email: 'ada@example.com', name: 'Ada Lovelace' }
  const mail = { id: uuidOf(id), to, campaign, step: 1, sentAt: at - 60_000 }
  return { id: uuidOf(`${id}/event`), mail, at, device: deviceOf(to.email), isFirst: true, words: ANSWERS[0] ?? '' }
}
