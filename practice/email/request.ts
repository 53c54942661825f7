import type { Happening, Occasion, Part, Tool, Unsigned } from './tool.ts'

/**
 * How `tool` reports one happening. An answer may come to the mailbox of another tool than that of
 * `sender`, which sent the mail. Throws when the tool cannot tell such a thing.
 */
export function requestOf(tool: Tool, happening: Happening, occasion: Occasion, sender = tool): Unsigned {
  const mail = tool.mail[happening]
  if (mail) return mail(occasion, sender.rfcMessageId(occasion.mail))
  return tool.request([partOf(tool, happening, occasion)])
}

/** Throws when the tool cannot tell such a thing. */
export function partOf(tool: Tool, happening: Happening, occasion: Occasion): Part {
  const event = tool.events[happening]
  if (!event) throw new Error(`${tool.name} does not tell that a mail was ${happening}`)
  return { id: occasion.id, event: event(occasion) }
}

/** `parts` in as few requests as the tool makes of them. */
export function requestsOf(tool: Tool, parts: readonly Part[]): Unsigned[] {
  const count = Math.ceil(parts.length / tool.partsPerRequest)
  return Array.from({ length: count }, (_, nth) =>
    tool.request(parts.slice(nth * tool.partsPerRequest, (nth + 1) * tool.partsPerRequest)),
  )
}
