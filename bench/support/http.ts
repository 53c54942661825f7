import { connect, type Socket } from 'node:net'

/** A request as bytes, so that sending it costs the client as little as possible. */
export function rawRequest(
  url: URL,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
): Buffer {
  const lines = [`POST ${path} HTTP/1.1`, `host: ${url.host}`, `content-length: ${body.length}`]
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`)
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body])
}

/** How the answers to requests on `connections` kept-alive sockets came out. */
export interface Load {
  readonly requests: number
  readonly seconds: number
  /** Answers other than 2xx. */
  readonly failures: number
  readonly perSecond: number
}

/** Sends what `next` gives, one request at a time on each socket, until it gives nothing more. */
export async function load(url: URL, connections: number, next: () => Buffer | undefined): Promise<Load> {
  const started = performance.now()
  const results = await Promise.all(Array.from({ length: connections }, () => oneSocket(url, next)))
  const seconds = (performance.now() - started) / 1000
  const requests = results.reduce((sum, { answered }) => sum + answered, 0)
  const failures = results.reduce((sum, result) => sum + result.failures, 0)
  return { requests, seconds, failures, perSecond: requests / seconds }
}

async function oneSocket(url: URL, next: () => Buffer | undefined) {
  const counts = { answered: 0, failures: 0 }
  const { promise, resolve, reject } = Promise.withResolvers<typeof counts>()
  let socket: Socket
  let unanswered: Buffer | undefined
  let received = Buffer.alloc(0)

  const send = (request: Buffer | undefined) => {
    unanswered = request
    if (request) socket.write(request)
    else {
      socket.end()
      resolve(counts)
    }
  }
  const open = () => {
    received = Buffer.alloc(0)
    socket = connect(Number(url.port), url.hostname, () => send(unanswered ?? next()))
    socket.setNoDelay(true)
    socket.on('error', reject)
    socket.on('data', (data) => {
      received = received.length === 0 ? data : Buffer.concat([received, data])
      const answer = readAnswer(received)
      if (!answer) return
      received = received.subarray(answer.length)
      counts.answered += 1
      if (!answer.ok) counts.failures += 1
      unanswered = undefined
      // The server closes a socket after a number of requests.
      if (answer.closes) {
        socket.destroy()
        open()
      } else send(next())
    })
  }
  open()
  return await promise
}

function readAnswer(received: Buffer) {
  const end = received.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const head = received.toString('latin1', 0, end).toLowerCase()
  const bodyLength = Number(/content-length: (\d+)/.exec(head)?.[1] ?? 0)
  if (/transfer-encoding: chunked/.test(head)) throw new Error('a chunked answer was not expected')
  const length = end + 4 + bodyLength
  if (received.length < length) return undefined
  return { length, ok: /^http\/1\.1 2/.test(head), closes: /connection: close/.test(head) }
}
