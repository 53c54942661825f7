import process from 'node:process'

import { type DestinationStream, pino } from 'pino'

type Fields = Readonly<Record<string, unknown>>

export interface Logger {
  debug(message: string, fields?: Fields): void
  info(message: string, fields?: Fields): void
  warn(message: string, fields?: Fields): void
  error(message: string, fields?: Fields): void
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/**
 * One JSON object a line, on standard output unless told otherwise. Whatever a caller or an
 * error message holds, addresses, tokens and keys are masked in the finished line.
 */
export function createLogger(level: LogLevel = 'info', write: (line: string) => void = toStdout): Logger {
  const destination: DestinationStream = { write: (line) => write(mask(line)) }
  const log = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: errorForLog },
      redact: ['*.secret', '*.token', '*.authorization', 'secret', 'token', 'authorization'],
    },
    destination,
  )
  return {
    debug: (message, fields) => log.debug(fields ?? {}, message),
    info: (message, fields) => log.info(fields ?? {}, message),
    warn: (message, fields) => log.warn(fields ?? {}, message),
    error: (message, fields) => log.error(fields ?? {}, message),
  }
}

const stdout = pino.destination({ dest: 1, sync: true })
let unwritten = ''

/** One write for all lines of a turn of the event loop, and at the latest when the process ends. */
function toStdout(line: string): void {
  if (unwritten === '') setImmediate(writeOut)
  unwritten += line
}

function writeOut(): void {
  if (unwritten !== '') stdout.write(unwritten)
  unwritten = ''
}

process.once('exit', writeOut)

const MASKS: readonly [pattern: RegExp, mask: string][] = [
  [/[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]{1,64}@[\p{L}\p{N}.-]{1,255}/gu, '[address]'],
  [/\bx(?:ox[a-z]|app)-[\w-]+/g, '[secret]'],
  [/\bwhs?[eps][ck]_[\w+/=-]+/g, '[secret]'],
  [/\b(Bearer|Basic) [\w.~+/=-]+/g, '$1 [secret]'],
  [/\b[0-9a-f]{32,}\b/gi, '[secret]'],
  [/:\/\/[^/\s:@"]+:[^/\s@"]+@/g, '://[secret]@'],
]

export function mask(line: string): string {
  let masked = line
  for (const [pattern, replacement] of MASKS) masked = masked.replace(pattern, replacement)
  return masked
}

/** Error messages of database drivers repeat the parameters, which are people's data. */
const PARAMETERS = /\bparams: [\s\S]*/

function errorForLog(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { name, message, stack, cause } = error
  return {
    name,
    message: message.replace(PARAMETERS, 'params: [omitted]'),
    stack: stack?.replace(message, '')?.replace(PARAMETERS, ''),
    ...('code' in error ? { code: error.code } : {}),
    ...(cause === undefined ? {} : { cause: errorForLog(cause) }),
  }
}
