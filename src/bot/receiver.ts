import type { IncomingMessage, RequestListener } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'

import { HTTPReceiver, type Receiver, SocketModeReceiver, webApi } from '@slack/bolt'

import { UpstreamError } from '../core/errors.ts'
import type { Logger } from '../core/logger.ts'
import { createSlackLogger } from './slack-logger.ts'

export const SLACK_PATH = '/slack/events'

export interface SlackReceiver {
  /** For Bolt's `App`. */
  readonly receiver: Receiver
  /** Answers Slack's requests on our own server; absent in Socket Mode. */
  readonly listener?: RequestListener
  start(): Promise<void>
  stop(): Promise<void>
}

interface Surroundings {
  readonly apiUrl?: string
  /** UTC milliseconds. */
  readonly now: () => number
  readonly log: Logger
}

/** How Slack reaches us: by requests that it signs, or through a socket that we open. */
export type SlackReceiverOptions = Surroundings & ({ readonly signingSecret: string } | { readonly appToken: string })

export function createSlackReceiver(options: SlackReceiverOptions): SlackReceiver {
  return 'appToken' in options ? overSocket(options.appToken, options) : overHttp(options.signingSecret, options)
}

const TOLERANCE_SECONDS = 300

function overHttp(signingSecret: string, { now, log }: Surroundings): SlackReceiver {
  const receiver = new HTTPReceiver({
    signingSecret,
    endpoints: SLACK_PATH,
    bodyLimit: 1024 * 1024,
    logger: createSlackLogger(log),
  })
  return {
    receiver,
    listener: (request, response) => {
      // Bolt refuses only requests from the past.
      if (secondsAhead(request, now()) > TOLERANCE_SECONDS) {
        log.warn('refused a request of Slack dated in the future; is the clock right?')
        response.writeHead(401).end()
        return
      }
      try {
        receiver.requestListener(request, response)
      } catch {
        // Bolt throws where the path or the method is not its own, and Node where the path is not one.
        response.writeHead(404).end()
      }
    },
    start: async () => {},
    stop: async () => {},
  }
}

function secondsAhead({ headers }: IncomingMessage, now: number): number {
  return Number(headers['x-slack-request-timestamp'] ?? 0) - now / 1000
}

function whyNone(error: unknown): string {
  return error instanceof webApi.WebAPIPlatformError
    ? `it answers ${error.data.error}: is SLACK_APP_TOKEN right, and does it have connections:write?`
    : 'it did not answer; see whether this server reaches slack.com (firewall, proxy, DNS), and what slack-status.com says'
}

const RETRY_MS = [1000, 2000, 5000, 10_000, 30_000]
/** How long Slack may take to say goodbye when we stop. */
const FAREWELL_MS = 2000

/**
 * Reconnecting is done here: the SDK's own reconnection waits five seconds each time Slack recycles
 * a socket, and ends the process with an unhandled rejection when Slack cannot be reached.
 */
function overSocket(appToken: string, { apiUrl, log }: Surroundings): SlackReceiver {
  const receiver = new SocketModeReceiver({
    appToken,
    autoReconnectEnabled: false,
    logger: createSlackLogger(log),
    installerOptions: {
      clientOptions: {
        ...(apiUrl ? { slackApiUrl: apiUrl } : {}),
        retryConfig: { retries: 0 },
        timeout: 10_000,
        rejectRateLimitedCalls: true,
        allowAbsoluteUrls: false,
      },
    },
  })
  const stopping = new AbortController()
  let connected = false

  async function reconnect(): Promise<void> {
    for (let attempt = 0; !stopping.signal.aborted && !connected; attempt += 1) {
      try {
        await receiver.client.start()
        connected = true
      } catch (error) {
        const delay = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] ?? 0
        log.error('no connection to Slack; commands are not answered', { error, retryInMs: delay })
        await wait(delay, undefined, { signal: stopping.signal }).catch(() => {})
      }
    }
  }

  receiver.client.on('disconnected', () => {
    // A failed attempt ends in this event as well, and already has somebody who tries again.
    if (!connected) return
    connected = false
    void reconnect()
  })

  return {
    receiver,
    start: async () => {
      try {
        await receiver.client.start()
      } catch (error) {
        throw new UpstreamError(`no socket to Slack: ${whyNone(error)}`, { cause: error })
      }
      connected = true
    },
    stop: async () => {
      stopping.abort()
      const gone = receiver.client.disconnect()
      const late = await Promise.race([gone.then(() => false), wait(FAREWELL_MS, true, { ref: false })])
      // Asked a second time, the SDK drops the connection without waiting for an answer.
      if (late) await receiver.client.disconnect()
    },
  }
}
