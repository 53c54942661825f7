import { LogLevel, type Logger as SlackLogger } from '@slack/bolt'

import type { Logger } from '../core/logger.ts'

/** Slack's own lines in our log. Its debug lines hold whole request bodies, which are people's data, and are dropped. */
export function createSlackLogger(log: Logger): SlackLogger {
  const write =
    (level: 'info' | 'warn' | 'error') =>
    (...parts: readonly unknown[]) => {
      const error = parts.find((part) => part instanceof Error)
      const words = parts.filter((part) => typeof part === 'string' || typeof part === 'number')
      log[level](`slack: ${words.join(' ') || (error?.message ?? 'no message')}`, error ? { error } : undefined)
    }
  return {
    debug: () => {},
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    setLevel: () => {},
    getLevel: () => LogLevel.INFO,
    setName: () => {},
  }
}
