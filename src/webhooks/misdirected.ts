import type { WebhookProvider, WebhookRequest } from './provider.ts'

/** How much of a body is looked at: enough for the first names of an event. */
const START_BYTES = 4096

/** Whose request this looks like, when that is not `expected` (e-mail sheet, section 2, rule 15). */
export function trueSender(
  { headers, body }: Pick<WebhookRequest, 'headers' | 'body'>,
  expected: WebhookProvider,
  providers: readonly WebhookProvider[],
): WebhookProvider | undefined {
  const start = Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, START_BYTES)).toString('latin1')
  const bearsMarks = ({ marks }: WebhookProvider) =>
    marks.headers.some((name) => headers.has(name)) || marks.words.some((word) => start.includes(word))
  if (bearsMarks(expected)) return undefined
  const [sender, ...others] = providers.filter(bearsMarks)
  // Some tools share a word; better no hint than a wrong one.
  return others.length === 0 ? sender : undefined
}
