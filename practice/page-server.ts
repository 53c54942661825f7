import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'

import { PRACTICE_PATH, type PracticeParts } from './contract.ts'
import { createPageApi } from './page-api.ts'
import { type PageFiles, pageFiles } from './page-files.ts'

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

export interface PageServer extends AsyncDisposable {
  readonly url: string
}

/** The practice page and its API, on loopback only. `port` 0 takes a free one. */
export async function startPageServer({
  parts,
  port,
  host = '127.0.0.1',
}: {
  readonly parts: PracticeParts
  readonly port: number
  readonly host?: string
}): Promise<PageServer> {
  if (!LOOPBACK.test(host) && host !== '::1')
    throw new Error(`The practice page is for this computer only, not ${host}.`)
  await using resources = new AsyncDisposableStack()
  const closing = new AbortController()
  const server = resources.adopt(createServer(), close)
  const url = await listen(server, port, host)
  resources.defer(() => closing.abort())
  const files = await pageFiles()
  const api = getRequestListener(createPageApi(parts, closing.signal).fetch)
  server.on('request', (request, response) => {
    const refusal = refusalOf(request)
    if (refusal) return void say(response, 403, refusal)
    if (request.url?.startsWith(`${PRACTICE_PATH}/`)) return void api(request, response)
    give(request, response, files)
  })
  const owned = resources.move()
  return { url, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

async function listen(server: Server, port: number, host: string): Promise<string> {
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
    throw new Error(
      `Port ${port} is in use by another program. Stop that program, or take another port: npm run demo -- --port ${port + 1}`,
      { cause: error },
    )
  }
  const address = server.address()
  return `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${typeof address === 'object' ? address?.port : port}`
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}

/** A page of another site that is open in the same browser must not act here. */
function refusalOf(request: IncomingMessage): string | undefined {
  const { host = '', origin } = request.headers
  const hostname = URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : ''
  if (!LOOPBACK.test(hostname)) return 'The practice page answers to localhost only.'
  if (origin !== undefined && origin !== `http://${host}`) return 'Another site may not use the practice page.'
  return undefined
}

const HEADERS = {
  // Everything comes from here or not at all.
  'content-security-policy':
    "default-src 'self'; img-src 'self' data: blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'referrer-policy': 'no-referrer',
}

/** The names of assets change with what is in them. */
const CACHE = { page: 'no-store', asset: 'public, max-age=31536000, immutable' }

function give(request: IncomingMessage, response: ServerResponse, files: PageFiles): void {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  const isPage = pathname === '/'
  const file = files.get(isPage ? '/index.html' : pathname)
  if (!file) return void say(response, 404, 'There is nothing here. The practice page is at /')
  const headers = { ...HEADERS, 'content-type': file.type, 'cache-control': isPage ? CACHE.page : CACHE.asset }
  response.writeHead(200, headers).end(file.body)
}

function say(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${sentence}\n`)
}
