import { type FileOnScreen, PRACTICE_PATH } from '../contract.ts'
import type { Manifest } from './manifest.ts'
import type { Messages } from './messages.ts'
import { type Problems, pointers } from './problems.ts'
import { blocksIn, type Screens } from './screens.ts'
import { type Answer, refusal } from './views.ts'
import type { Methods } from './web-api.ts'
import { string, type Thing, thing, things } from './wire.ts'
import { type Actor, APP, type Workspace } from './workspace.ts'

interface Deps {
  readonly workspace: Workspace
  readonly screens: Screens
  readonly messages: Messages
  readonly problems: Problems
  readonly manifest: Manifest
}

export interface NewFile {
  readonly name: string
  readonly mimetype: string
  readonly bytes: Uint8Array
}

/** What `emulate` calls octet streams, by the end of the name. */
const TYPES: Readonly<Record<string, { readonly mimetype: string; readonly pretty_type: string }>> = {
  csv: { mimetype: 'text/csv', pretty_type: 'CSV' },
  json: { mimetype: 'application/json', pretty_type: 'JSON' },
  tsv: { mimetype: 'text/tab-separated-values', pretty_type: 'TSV' },
}

/** Files of people and of the app; `emulate` keeps their bytes. */
export class Files {
  readonly #deps: Deps
  /** Who uploaded a file, and what Slack says of it. */
  readonly #known = new Map<string, { readonly owner: Actor; readonly wire: Thing }>()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** As the app gets it in a payload. */
  wire(id: string): Thing | undefined {
    return this.#known.get(id)?.wire
  }

  /** Uploads a file of a person, as Slack's client does before a form is sent. */
  async add(person: string, { name, mimetype, bytes }: NewFile): Promise<FileOnScreen> {
    const { workspace } = this.#deps
    const args = { filename: name, length: bytes.length }
    const { file_id: id } = await workspace.call(person, 'files.getUploadURLExternal', args)
    await workspace.fetch(person, `/upload/v1/${id}`, { body: bytes, contentType: mimetype })
    const answer = await workspace.call(person, 'files.completeUploadExternal', { files: [{ id, title: name }] })
    const [file] = things(answer.files)
    if (!file) throw new Error(`emulate did not take the file: ${answer.error}`)
    return onScreen(this.#keep(person, { ...file, mimetype }))
  }

  /** The bytes of any file, for whoever looks at the screen. */
  async read(id: string): Promise<NewFile | undefined> {
    const known = this.#known.get(id)
    if (!known) return undefined
    const response = await this.#bytes(known)
    if (!response.ok) return undefined
    const bytes = new Uint8Array(await response.arrayBuffer())
    return { name: string(known.wire.name), mimetype: string(known.wire.mimetype), bytes }
  }

  /**
   * What Slack's file host answers. It has no word for a wrong token or a missing scope, and shows
   * a sign-in page (Slack sheet, section 9).
   */
  async download(path: string, isApp: boolean): Promise<Response> {
    const known = this.#known.get(/^\/files-pri\/([^/]+)\//.exec(path)?.[1] ?? '')
    if (!isApp || !this.#deps.manifest.scopes.includes('files:read'))
      return new Response(SIGN_IN, { headers: { 'content-type': 'text/html; charset=utf-8' } })
    if (!known) return new Response('file_not_found', { status: 404 })
    const response = await this.#bytes(known)
    return new Response(response.body, {
      status: response.status,
      headers: { 'content-type': string(known.wire.mimetype) },
    })
  }

  async #bytes({ owner, wire }: { readonly owner: Actor; readonly wire: Thing }): Promise<Response> {
    const { pathname } = new URL(string(wire.url_private))
    const response = await this.#deps.workspace.fetch(owner, pathname)
    return response
  }

  #keep(owner: Actor, file: Thing): Thing {
    const wire = { ...file, ...TYPES[string(file.filetype)], file_access: 'visible' }
    this.#known.set(string(file.id), { owner, wire })
    return wire
  }

  readonly methods: Methods = {
    'files.getUploadURLExternal': async (args) => {
      if (Number(args.length) === 0) return refusal('invalid_arguments')
      return await this.#deps.workspace.call(APP, 'files.getUploadURLExternal', args)
    },
    'files.completeUploadExternal': async (args) => await this.#complete(args),
    'files.info': async (args) => {
      const answer = await this.#deps.workspace.call(APP, 'files.info', args)
      const wire = this.wire(string(args.file))
      // A file that a person gave to the app in a form is in no conversation, and still for the app to see.
      const isHidden = answer.ok === true || answer.error === 'file_not_found'
      return wire && isHidden ? { ok: true, file: wire, comments: [] } : answer
    },
  }

  async #complete(args: Thing): Promise<Answer> {
    const { workspace, screens, problems } = this.#deps
    const channel = string(args.channel_id)
    const room = screens.room(channel)
    if (channel !== '' && !room) return refusal('channel_not_found')
    if (room && room.kind === 'channel' && !room.hasApp) return refusal('not_in_channel')
    if (args.blocks !== undefined) {
      const found = problems.in({ text: 'files', blocks: args.blocks }, 'message', 'files.completeUploadExternal')
      if (found.length > 0) return refusal('invalid_blocks', { response_metadata: { messages: pointers(found) } })
    }
    const blocks = args.blocks === undefined ? {} : { blocks: this.#deps.messages.signed(args).blocks }
    const answer = await workspace.call(APP, 'files.completeUploadExternal', { ...args, ...blocks })
    if (answer.ok !== true) return answer
    const files = things(answer.files).map((file) => this.#keep(APP, file))
    if (room) this.#show(room.id, files, args, blocksIn(blocks.blocks))
    return { ...answer, files }
  }

  #show(channel: string, files: readonly Thing[], args: Thing, blocks: ReturnType<typeof blocksIn>): void {
    const { screens, workspace } = this.#deps
    const room = screens.room(channel)
    const shares = thing(files[0]?.shares)
    const [share] = things({ ...thing(shares.public), ...thing(shares.private) }[channel])
    if (!room || !share) return
    screens.say(
      room,
      {
        ts: string(share.ts),
        from: workspace.app.user,
        text: string(args.initial_comment),
        blocks,
        files: files.map(onScreen),
        thread: string(args.thread_ts) || undefined,
      },
      { wire: { type: 'message', subtype: 'file_share', ts: share.ts, text: string(args.initial_comment), files } },
    )
  }
}

function onScreen(file: Thing): FileOnScreen {
  const id = string(file.id)
  return {
    id,
    name: string(file.name),
    mimetype: string(file.mimetype),
    size: Number(file.size),
    url: `${PRACTICE_PATH}/files/${id}`,
  }
}

const SIGN_IN =
  '<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body>Sign in to Practice</body></html>'
