import { isAddress, parseAddress } from '../core/address.ts'
import type { Delivery, Unreadable } from '../core/delivery.ts'
import { InvalidInputError } from '../core/errors.ts'
import type { EngagementEvent } from '../core/event.ts'
import { parseEvent } from './parse-event.ts'
import type { WebhookProvider, WebhookRequest } from './provider.ts'

/** Reads a verified request part by part, so that one bad part costs only itself, whichever provider sent it. */
export async function readDelivery(provider: WebhookProvider, request: WebhookRequest): Promise<Delivery> {
  const events: EngagementEvent[] = []
  const unreadable: Unreadable[] = []
  const keep = (part: Unreadable['part'], raw: Uint8Array, error: unknown) => {
    unreadable.push({ raw, part, headers: headersToKeep(provider, request), problem: problemOf(error) })
  }

  let elements: readonly unknown[] = []
  try {
    elements = await provider.elements(request)
  } catch (error) {
    keep('body', request.body, error)
  }
  for (const element of elements) {
    try {
      const read = provider.toEvents(element, request)
      let unaddressed = false
      for (const event of read instanceof Promise ? await read : read) {
        const addressed = withAddress(event)
        if (addressed) events.push(addressed.type === 'unknown' ? { ...addressed, raw: element } : addressed)
        else unaddressed = true
      }
      if (unaddressed) keep('element', jsonBytes(element), 'a recipient is no e-mail address')
    } catch (error) {
      keep('element', jsonBytes(element), error)
    }
  }
  return { provider: provider.id, receivedAt: request.receivedAt, events, unreadable }
}

/** Reads a kept part once more, as of the day it came: after an update it may be readable. */
export async function readAgain(
  provider: WebhookProvider,
  { part, raw, headers }: Pick<Unreadable, 'part' | 'raw' | 'headers'>,
  receivedAt: number,
): Promise<Delivery> {
  const request = { headers: new Headers(headers), body: raw, receivedAt, url: '', token: undefined }
  if (part === 'body') return await readDelivery(provider, request)
  const value: unknown = JSON.parse(new TextDecoder().decode(raw))
  if (part === 'element') return await readDelivery({ ...provider, elements: () => [value] }, request)
  return await readDelivery({ ...provider, elements: () => [value], toEvents: (event) => [parseEvent(event)] }, request)
}

/** Reads once more an event whose name had no word here. */
export async function nameAgain(
  provider: WebhookProvider,
  { raw, id, receivedAt }: EngagementEvent,
): Promise<Delivery> {
  // Of the headers only the id of the delivery is read with a part, and that the event has already.
  const headers = Object.fromEntries(provider.readsHeaders.map((name) => [name, id]))
  return await readAgain(provider, { part: 'element', raw: jsonBytes(raw), headers }, receivedAt)
}

/** The event about a bare address, or undefined when its recipient holds none. */
function withAddress(event: EngagementEvent): EngagementEvent | undefined {
  if (isAddress(event.recipient)) return event
  const recipient = parseAddress(event.recipient)
  return recipient === undefined ? undefined : { ...event, recipient }
}

function headersToKeep({ readsHeaders }: WebhookProvider, { headers }: WebhookRequest): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const name of readsHeaders) {
    const value = headers.get(name)
    if (value !== null) kept[name] = value
  }
  return kept
}

function jsonBytes(element: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(element) ?? 'null')
}

function problemOf(error: unknown): string {
  return error instanceof InvalidInputError ? error.message : String(error)
}
