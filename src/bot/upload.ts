import { UpstreamError } from '../core/errors.ts'
import type { Message } from './blocks.ts'
import { createDirectMessage, type DirectMessageDeps, holdingOn, patiently } from './direct-message.ts'
import { failureView } from './failure.ts'
import type { SlackSender } from './sender.ts'
import { isFileUrl } from './slack-hosts.ts'

export interface NamedFile {
  readonly name: string
  /** Not empty, which Slack refuses. One of a file on disk is read only while it is sent. */
  readonly content: Blob
}

export interface FileOrder {
  /** A Slack user id. */
  readonly to: string
  /** Names what is sent; another one each time. */
  readonly key: string
  /** As in "nobody could be told of an export". */
  readonly about: string
  /** Said until the file is there. */
  readonly waiting: Message
  /** The file and what is said with it, or why there is none. */
  readonly make: () => Promise<(NamedFile & { readonly comment: Message }) | { readonly instead: Message }>
}

export interface Uploads {
  /** Makes a file and sends it in a direct message, in the background. Never throws. */
  send(order: FileOrder): void
  /** Resolves when no file is under way any more. */
  settled(): Promise<void>
}

export interface UploadDeps extends DirectMessageDeps {
  readonly sender: Pick<SlackSender, 'post' | 'update' | 'beginUpload' | 'shareUpload'>
  readonly apiUrl?: string
  readonly fetch?: typeof fetch
}

export function createUploads(deps: UploadDeps): Uploads {
  const { log } = deps
  const underWay = new Set<Promise<void>>()

  async function run({ to, key, about, waiting, make }: FileOrder): Promise<void> {
    const message = createDirectMessage(deps, { to, key, about })
    await message.say('begin', waiting)
    const channel = message.posted()?.channel
    // Where the person cannot be written to, nothing is collected about anybody.
    if (channel === undefined) return
    try {
      const made = await make()
      if ('instead' in made) return await message.say('end', made.instead)
      await uploadFile(made, channel, deps)
      await message.say('end', made.comment)
    } catch (error) {
      await message.say('end', failureView(error, `${about} failed`, log))
    }
  }

  return {
    send(order) {
      const task = run(order).finally(() => underWay.delete(task))
      underWay.add(task)
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}

const RETRY_MS = 1000
/** Enough for a hundred megabytes on a slow line. */
const TIMEOUT_MS = 5 * 60_000

/**
 * Uploads a file into a conversation (Slack sheet, section 9). Until it is shared nobody sees it, so
 * everything up to there is tried again; sharing it twice would show it twice, so that is repeated
 * only where Slack says that it did not happen.
 */
export async function uploadFile(
  { name, content }: NamedFile,
  channel: string,
  { sender, apiUrl, fetch: request = fetch, after = holdingOn }: UploadDeps,
): Promise<void> {
  const id = await patiently(after, () => repeatable(put))
  await patiently(after, () => sender.shareUpload({ id, title: name, channel }))

  async function put(): Promise<string> {
    const { url, id: fileId } = await sender.beginUpload({ name, length: content.size })
    // What is in the file is somebody's data: where it goes is decided here.
    if (!isFileUrl(url, apiUrl)) throw new Error('an upload was not sent: its address is not Slack')
    const response = await posted(request, url, content)
    await response.body?.cancel()
    if (!response.ok) throw new UpstreamError(`Slack did not take the file (HTTP ${response.status}).`)
    return fileId
  }
}

async function posted(request: typeof fetch, url: string, content: Blob): Promise<Response> {
  try {
    return await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: content,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
  } catch (error) {
    throw new UpstreamError('The file did not reach Slack. Please try again.', { cause: error })
  }
}

/** What may be done again whether it happened or not is, after a moment where Slack names none. */
async function repeatable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.retryAfterMs !== undefined) throw error
    throw new UpstreamError(error.message, { cause: error.cause, retryAfterMs: RETRY_MS })
  }
}
