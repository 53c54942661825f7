import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { buffer } from 'node:stream/consumers'

import type { Exchanges } from '../exchanges.ts'
import type { HttpAnswer } from './troubles.ts'
import { argumentsOf, type SlackCall } from './web-api.ts'
import { parsed, type Thing, thing } from './wire.ts'

/** What the app can ask of Slack over HTTP. */
export interface Handlers {
  call(call: SlackCall): Promise<HttpAnswer>
  respond(path: string, body: Thing): Promise<HttpAnswer>
  upload(path: string, file: { readonly body: Uint8Array; readonly contentType: string }): Promise<Response>
  download(path: string, token: string): Promise<Response>
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  failed(error: unknown): void
}

export interface Server extends AsyncDisposable {
  /** `127.0.0.1:4711` */
  readonly host: string
}

/** Listens on loopback only. */
export async function startServer(port: number, exchanges: Exchanges, handlers: Promise<Handlers>): Promise<Server> {
  const server = createServer((request, response) => {
    // By its own clock, which may have been moved: that of the app is held against it.
    response.setHeader('date', new Date(exchanges.now()).toUTCString())
    void handlers.then(async (ready) => {
      try {
        await answer(request, response, ready, exchanges)
      } catch (error) {
        ready.failed(error)
        if (response.headersSent) response.destroy()
        else response.writeHead(500).end()
      }
    })
  })
  server.on('upgrade', (request, socket, head) => void handlers.then((ready) => ready.upgrade(request, socket, head)))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('the stand-in does not listen')
  return {
    host: `127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, handlers: Handlers, exchanges: Exchanges) {
  const { pathname, searchParams, search } = new URL(request.url ?? '/', 'http://slack.invalid')
  const contentType = request.headers['content-type'] ?? ''
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
  const at = exchanges.now()
  const started = performance.now()
  const body = await buffer(request)

  if (pathname.startsWith('/upload/'))
    return await pass(await handlers.upload(pathname, { body, contentType }), response)
  if (pathname.startsWith('/files-pri/')) return await pass(await handlers.download(pathname, token), response)

  const text = body.toString('utf8')
  const answered = await route()
  if (answered === 'drop') response.destroy()
  else if (answered) {
    const headers = { 'content-type': 'application/json; charset=utf-8', ...answered.headers }
    response.writeHead(answered.status, headers).end(JSON.stringify(answered.body))
  } else response.writeHead(404).end()
  exchanges.add({
    at,
    from: 'touchpoint',
    to: 'slack',
    method: request.method ?? '',
    target: `${pathname}${search}`,
    requestHeaders: plain(request.headers),
    requestBody: text,
    status: answered === 'drop' ? 0 : (answered?.status ?? 404),
    responseHeaders: answered === 'drop' ? {} : (answered?.headers ?? {}),
    responseBody: answered && answered !== 'drop' ? JSON.stringify(answered.body) : '',
    ms: performance.now() - started,
  })

  async function route(): Promise<HttpAnswer | undefined> {
    if (pathname.startsWith('/response/')) return await handlers.respond(pathname, thing(parsed(text)))
    const method = /^\/api\/([^/]+)$/.exec(pathname)?.[1]
    if (!method) return undefined
    const args = request.method === 'GET' ? Object.fromEntries(searchParams) : argumentsOf(contentType, text)
    return await handlers.call({ method, args, token })
  }
}

async function pass(from: Response, to: ServerResponse): Promise<void> {
  const bytes = Buffer.from(await from.arrayBuffer())
  const type = from.headers.get('content-type') ?? 'text/plain'
  to.writeHead(from.status, { 'content-type': type, 'content-length': bytes.length }).end(bytes)
}

function plain(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}
