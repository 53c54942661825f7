import { z } from 'zod'

import { InvalidInputError, UpstreamError } from '../core/errors.ts'
import { isFileUrl } from './slack-hosts.ts'

/** What Slack takes in a form, and what is held in memory while it is read (Slack sheet, section 9). */
export const MAX_BYTES = 10 * 1024 * 1024

const TIMEOUT_MS = 30_000

export interface GivenFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** A file as a form gives it to us. */
export const SlackFile = z.object({
  id: z.string(),
  name: z.string().min(1).catch('The file'),
  /** In bytes; Slack leaves it out of what it does not keep itself. */
  size: z.number().optional(),
  url_private_download: z.string().optional(),
})

export type SlackFile = z.infer<typeof SlackFile>

export interface DownloadDeps {
  readonly token: string
  readonly apiUrl?: string
  readonly fetch?: typeof fetch
}

/**
 * The bytes of a file that somebody uploaded. Throws `InvalidInputError` where another upload or
 * another installation would help, and `UpstreamError` where another attempt may.
 */
export async function downloadFile(
  { name, size, url_private_download: url }: SlackFile,
  { token, apiUrl, fetch: request = fetch }: DownloadDeps,
): Promise<GivenFile> {
  // The token goes with the request, so where it goes is decided here and not by who sent the form.
  if (!url || !isFileUrl(url, apiUrl))
    throw new InvalidInputError(`${name} is not kept by Slack itself. Save it on your computer and upload it here.`)
  if (size !== undefined && size > MAX_BYTES) throw new InvalidInputError(tooLarge(name))
  const response = await get(request, url, token)
  const bytes = await readBody(response, name)
  if (size !== undefined && bytes.length !== size)
    throw new UpstreamError(`Slack gave ${bytes.length} of the ${size} bytes of ${name}. Please upload it again.`)
  return { name, bytes }
}

async function get(request: typeof fetch, url: string, token: string): Promise<Response> {
  try {
    return await request(url, {
      headers: { authorization: `Bearer ${token}` },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
  } catch (error) {
    throw new UpstreamError('The file could not be fetched from Slack. Please try again.', { cause: error })
  }
}

async function readBody(response: Response, name: string): Promise<Uint8Array> {
  if (!response.ok || !response.body) {
    await response.body?.cancel()
    throw new UpstreamError(`Slack did not give out ${name} (HTTP ${response.status}). Please upload it again.`)
  }
  // Slack has no error for a missing permission here: it answers with its sign-in page.
  if (response.headers.get('content-type')?.includes('text/html')) {
    await response.body.cancel()
    throw new InvalidInputError(
      'Slack showed a sign-in page instead of the file: the app may not read files. Whoever runs the CRM has to install it again with the current manifest.yml (files:read).',
    )
  }
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of response.body) {
      length += chunk.length
      if (length > MAX_BYTES) throw new InvalidInputError(tooLarge(name))
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof InvalidInputError) throw error
    throw new UpstreamError(`The connection to Slack broke while ${name} arrived. Please try again.`, { cause: error })
  }
  return Buffer.concat(chunks)
}

export function tooLarge(name: string): string {
  return `${name} is larger than 10 MB. Split it, and import the parts.`
}
