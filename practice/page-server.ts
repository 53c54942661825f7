import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { createServer as createVite, type ViteDevServer } from 'vite'

import { PRACTICE_PATH, type PracticeParts } from './contract.ts'
import { createPageApi } from './page-api.ts'

const PAGE = join(import.meta.dirname, 'page')
const ROOT = join(import.meta.dirname, '..')
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
  const vite = resources.adopt(await startVite(), (open) => open.close())
  const api = getRequestListener(createPageApi(parts, closing.signal).fetch)
  server.on('request', (request, response) => {
    const refusal = refusalOf(request)
    if (refusal) return void say(response, 403, refusal)
    if (request.url?.startsWith(`${PRACTICE_PATH}/`)) return void api(request, response)
    vite.middlewares(request, response, () => void page(request, response))
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

/** Translates the page's modules as the browser asks for them; nothing is watched, nothing is written but its cache. */
async function startVite(): Promise<ViteDevServer> {
  return await createVite({
    configFile: false,
    root: PAGE,
    appType: 'custom',
    cacheDir: join(ROOT, 'node_modules/.vite/practice-page'),
    logLevel: 'error',
    clearScreen: false,
    server: {
      middlewareMode: true,
      hmr: false,
      ws: false,
      watch: null,
      cors: false,
      fs: { allow: [join(ROOT, 'practice'), join(ROOT, 'node_modules')] },
      warmup: { clientFiles: ['./main.tsx'] },
    },
    // A package found later would need a reload, which nothing could tell the page.
    optimizeDeps: {
      noDiscovery: true,
      include: [
        'react',
        'react-dom/client',
        'react/jsx-runtime',
        'react/jsx-dev-runtime',
        'slack-blocks-to-jsx',
        'zod',
      ],
    },
  })
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
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  // Everything comes from here or not at all.
  'content-security-policy':
    "default-src 'self'; img-src 'self' data: blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'referrer-policy': 'no-referrer',
}

/** As it is: Vite would add a client that wants a socket for changes of the source. */
async function page(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  if (pathname !== '/') return say(response, 404, 'There is nothing here. The practice page is at /')
  try {
    response.writeHead(200, HEADERS).end(await readFile(join(PAGE, 'index.html')))
  } catch (error) {
    say(response, 500, `The page cannot be read: ${error}`)
  }
}

function say(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${sentence}\n`)
}
