import './runtime.ts'

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import process from 'node:process'

import { createProgram } from './app.ts'
import type { Config } from './core/config.ts'
import type { DigestSettings } from './core/digest/settings.ts'
import { ConfigError, CrmError } from './core/errors.ts'
import { createLogger, type Logger } from './core/logger.ts'
import { HOW_TO_RECEIVE, readConfig } from './environment.ts'
import { listen } from './listening.ts'

/** How long requests in flight may take when the program stops: less than the usual 30 s before a kill. */
const DRAIN_MS = 25_000

try {
  await run(readConfig({ needsSlack: true }))
} catch (error) {
  if (!(error instanceof CrmError)) throw error
  process.stderr.write(`Touchpoint cannot start:\n${error.message.replace(/^/gm, '  - ')}\n`)
  process.exitCode = error instanceof ConfigError ? 2 : 1
}

async function run(config: Config): Promise<void> {
  const log = createLogger(config.logLevel)
  const stop = stopSignal(log)
  await using program = await createProgram(config, { log, now: Date.now, random: Math.random, fetch })
  const server = createServer(
    {
      headersTimeout: 10_000,
      requestTimeout: 15_000,
      connectionsCheckingInterval: 5_000,
      // Longer than a proxy in front keeps an idle connection, so that it never writes to one that we just closed.
      keepAliveTimeout: 65_000,
    },
    program.listener,
  )
  server.maxHeadersCount = 100
  server.maxRequestsPerSocket = 1000
  server.maxConnections = 1000

  await listen(server, config)
  try {
    await program.start()
    announce(log, config, server, await program.digest())
    await stop
  } finally {
    program.drain()
    await closed(server)
  }
}

/** Resolves at the first signal, or when something broke that nobody caught; another signal, a second later, ends the process at once. */
function stopSignal(log: Logger): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let stoppedAt: number | undefined
  const onSignal = (signal: NodeJS.Signals) => {
    if (stoppedAt === undefined) log.info('stopping', { signal })
    // A terminal and npm both pass on the same Ctrl-C.
    else if (performance.now() - stoppedAt > 1000) process.exit(1)
    stoppedAt ??= performance.now()
    resolve()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  process.on('uncaughtException', (error) => {
    log.error('stopping after an error that nobody caught', { error })
    process.exitCode = 1
    resolve()
  })
  return promise
}

async function closed(server: Server): Promise<void> {
  const end = once(server, 'close')
  server.close()
  // A kept-alive connection that answers its last request after this would otherwise stay until it times out.
  const sweep = setInterval(() => server.closeIdleConnections(), 100)
  const hardStop = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
  hardStop.unref()
  await end
  clearInterval(sweep)
  clearTimeout(hardStop)
}

function announce(log: Logger, config: Config, server: Server, digest: DigestSettings): void {
  for (const warning of config.warnings) log.warn(warning)
  const on = Object.keys(config.webhookSecrets)
  const off = [
    ...(config.alertChannel ? [] : ['reply alerts: set CRM_ALERT_CHANNEL']),
    ...(digest.channel === null ? ['digest: set CRM_DIGEST_CHANNEL, or choose a channel with /crm digest'] : []),
    ...(config.metricsToken ? [] : ['metrics: set METRICS_TOKEN']),
    ...(on.length > 0 ? [] : [`webhooks: ${HOW_TO_RECEIVE}`]),
  ]
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : config.port
  log.info('listening', { host: config.host, port, slack: config.slack?.transport.mode, providers: on, off })
}
