import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

import { type RawData, WebSocket, WebSocketServer } from 'ws'

import { parsed, string, type Thing, thing } from './wire.ts'

export type EnvelopeType = 'slash_commands' | 'interactive' | 'events_api'

/** Slack's end of Socket Mode. */
export interface SlackSocket {
  /** Resolves when the app has a connection. */
  connected(): Promise<void>
  readonly isConnected: boolean
  /** How many connections were ever opened. */
  readonly opened: number
  /** Sends an envelope over one of the connections; resolves with the payload of its acknowledgement. */
  deliver(type: EnvelopeType, payload: object, more?: Thing): Promise<unknown>
  /** Slack asks for a new connection, as it does every few hours; or with `abruptly` drops the old one unasked. */
  recycle(how?: { readonly abruptly: boolean }): void
}

export interface SocketServer extends SlackSocket {
  /** A ticket for one connection, in the address to connect to. */
  ticket(host: string): string
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  close(): void
}

/** More connections of one app than this are turned away (Slack sheet, section 3.1). */
const MOST = 10

const ACCEPTS_PAYLOAD: ReadonlySet<string> = new Set(['slash_commands', 'view_submission', 'block_suggestion'])

export function createSocketServer(appId: string): SocketServer {
  const server = new WebSocketServer({ noServer: true })
  const tickets = new Set<string>()
  const acknowledged = new Map<string, (payload: unknown) => void>()
  /** Connections that still get envelopes; the others have been told to go. */
  const live: WebSocket[] = []
  let connection = Promise.withResolvers<void>()
  let opened = 0
  let turn = 0

  function accept(client: WebSocket): void {
    if (live.length >= MOST) {
      client.send(JSON.stringify({ type: 'disconnect', reason: 'too_many_websockets' }))
      client.close()
      return
    }
    opened += 1
    live.push(client)
    client.on('message', (data: RawData) => {
      const { envelope_id, payload } = thing(parsed(data.toString()))
      const resolve = acknowledged.get(string(envelope_id))
      acknowledged.delete(string(envelope_id))
      resolve?.(payload)
    })
    client.on('close', () => retire(client))
    client.on('error', () => retire(client))
    const hello = { type: 'hello', num_connections: live.length, connection_info: { app_id: appId } }
    client.send(JSON.stringify({ ...hello, debug_info: { host: 'practice', approximate_connection_time: 18_060 } }))
    connection.resolve()
  }

  function retire(client: WebSocket): void {
    const index = live.indexOf(client)
    if (index < 0) return
    live.splice(index, 1)
    if (live.length === 0) connection = Promise.withResolvers()
  }

  return {
    connected: async () => await connection.promise,
    get isConnected() {
      return live.length > 0
    },
    get opened() {
      return opened
    },
    async deliver(type, payload, more = {}) {
      while (live.length === 0) await connection.promise
      turn += 1
      const client = live[turn % live.length]
      const envelope_id = randomUUID()
      const { promise, resolve } = Promise.withResolvers<unknown>()
      acknowledged.set(envelope_id, resolve)
      const kind = 'type' in payload ? String(payload.type) : type
      const accepts_response_payload = ACCEPTS_PAYLOAD.has(type) || ACCEPTS_PAYLOAD.has(kind)
      client?.send(JSON.stringify({ envelope_id, payload, type, accepts_response_payload, ...more }))
      const answer = await promise
      return accepts_response_payload ? answer : undefined
    },
    recycle({ abruptly } = { abruptly: false }) {
      for (const client of [...live]) {
        retire(client)
        if (abruptly) client.terminate()
        else client.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested' }))
      }
    },
    ticket(host) {
      const ticket = randomUUID()
      tickets.add(ticket)
      return `ws://${host}/link/?ticket=${ticket}&app_id=${appId}`
    },
    upgrade(request, socket, head) {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://slack.invalid')
      if (pathname !== '/link/' || !tickets.delete(searchParams.get('ticket') ?? ''))
        return void socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n')
      server.handleUpgrade(request, socket, head, accept)
    },
    close() {
      for (const client of server.clients) if (client.readyState !== WebSocket.CLOSED) client.terminate()
      server.close()
    },
  }
}
