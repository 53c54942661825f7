import { UncertainError, UpstreamError } from '../core/errors.ts'
import type { Message } from './blocks.ts'
import { createDirectMessage, type DirectMessageDeps, holdingOn, patiently } from './direct-message.ts'
import { failureView } from './failure.ts'
import type { SlackSender } from './sender.ts'
import { isFileUrl } from './slack-hosts.ts'
import { SlackRefusedError } from './slack-refusals.ts'

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
  readonly sender: Pick<SlackSender, 'post' | 'update' | 'beginUpload' | 'shareUpload' | 'isShared'>
  readonly apiUrl?: string
  readonly fetch?: typeof fetch
}

export function createUploads(deps: UploadDeps): Uploads {
  const { log } = deps
  const underWay = new Set<Promise<void>>()

  async function run(order: FileOrder): Promise<void> {
    try {
      await carryOut(order)
    } catch (error) {
      log.error(`nobody could be told of ${order.about}`, { error })
    }
  }

  async function carryOut({ to, key, about, waiting, make }: FileOrder): Promise<void> {
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

/** Enough for a hundred megabytes on a slow line. */
const TIMEOUT_MS = 5 * 60_000

/** A file that Slack has, which nobody sees before it is shared. */
export interface Upload {
  readonly id: string
  readonly name: string
  sharing: 'not yet' | 'perhaps' | 'done'
}

/** Uploads a file into a conversation (Slack sheet, section 9). */
export async function uploadFile(file: NamedFile, channel: string, deps: UploadDeps): Promise<void> {
  await shareFile(await putFile(file, deps), channel, deps)
}

/** Nobody sees it yet, so all of it is tried again. */
export async function putFile(
  { name, content }: NamedFile,
  { sender, apiUrl, fetch: request = fetch, after = holdingOn }: UploadDeps,
): Promise<Upload> {
  return await patiently(after, put, true)

  async function put(): Promise<Upload> {
    const { url, id } = await sender.beginUpload({ name, length: content.size })
    // What is in the file is somebody's data: where it goes is decided here.
    if (!isFileUrl(url, apiUrl)) throw new Error('an upload was not sent: its address is not Slack')
    const response = await posted(request, url, content)
    await response.body?.cancel()
    if (!response.ok) throw new UpstreamError(`Slack did not take the file (HTTP ${response.status}).`)
    return { id, name, sharing: 'not yet' }
  }
}

/**
 * Sharing has no name by which Slack would know it again, and twice is shown twice: where the answer was
 * lost it is asked whether the file is there. Where that cannot be known it is shared again, for twice is
 * better than never.
 */
export async function shareFile(
  upload: Upload,
  channel: string,
  { sender, log, after = holdingOn }: UploadDeps,
): Promise<void> {
  const { id, name: title } = upload
  await patiently(after, share, true)

  async function share(): Promise<void> {
    if (upload.sharing === 'perhaps' && (await isThere())) upload.sharing = 'done'
    if (upload.sharing === 'done') return
    try {
      await sender.shareUpload({ id, title, channel })
      upload.sharing = 'done'
    } catch (error) {
      if (error instanceof UncertainError) upload.sharing = 'perhaps'
      throw error
    }
  }

  async function isThere(): Promise<boolean> {
    try {
      return await sender.isShared({ id, channel })
    } catch (error) {
      if (!(error instanceof SlackRefusedError)) throw error
      log.warn('whether a file was shared could not be asked', { error })
      return false
    }
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
