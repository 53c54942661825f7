import { deviceOf } from './devices.ts'
import { uuidOf } from './ids.ts'
import { partOf } from './request.ts'
import { arrivalOf, type Happening, type Part, type Tool } from './tool.ts'

const FIRST_NAMES = ['alma', 'bruno', 'carla', 'dario', 'edith', 'felix', 'greta', 'hugo', 'ines', 'jonah']
const LAST_NAMES = ['abbot', 'brandt', 'castle', 'dunbar', 'elmore', 'fowler', 'garner', 'harlow', 'irwin', 'jessop']
/** Kept for documentation: mail to them reaches nobody (RFC 2606). */
const DOMAINS = ['example.com', 'example.net', 'example.org']

/** Together a thousand: of those who get a mail, half open it and a sixth follow a link. */
function funnelOf(tool: Tool): readonly (readonly [happening: Happening, people: number])[] {
  return [
    [arrivalOf(tool), 600],
    ['opened', 300],
    ['clicked', 100],
  ]
}

const MINUTE_MS = 60_000

/** A thousand events of one mailing that went out before `now` (UTC milliseconds). Their ids are always the same. */
export function thousandEvents(tool: Tool, now: number): Part[] {
  const sentAt = now - 60 * MINUTE_MS
  return funnelOf(tool).flatMap(([happening, people], stage) =>
    Array.from({ length: people }, (_, nth) => {
      const id = uuidOf(`${tool.id}/batch/${happening}/${nth}`)
      const to = { email: addressOf(nth), name: '' }
      const mail = { id: uuidOf(`${tool.id}/batch/${nth}`), to, campaign: tool.campaign, step: 1, sentAt }
      // Spread over the minutes after the mailing, in the order in which such things happen.
      const at = sentAt + (1 + stage * 15) * MINUTE_MS + nth * 1000
      return partOf(tool, happening, { id, mail, at, device: deviceOf(to.email), isFirst: true, words: '' })
    }),
  )
}

function addressOf(nth: number): string {
  const first = FIRST_NAMES[nth % 10]
  const last = LAST_NAMES[Math.floor(nth / 10) % 10]
  return `${first}.${last}.${nth + 1}@${DOMAINS[nth % 3]}`
}
