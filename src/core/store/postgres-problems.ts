import pg from 'pg'

import { ConfigError } from '../errors.ts'

interface Place {
  readonly host: string
  /** Host and port, or the path of a socket. */
  readonly at: string
  readonly database: string
  readonly password: string
}

/** What Postgres, the system or the driver tells those who want in, by its code or its words, and what is to be done. */
const PROBLEMS: readonly (readonly [told: RegExp, sentence: (place: Place, why: string) => string])[] = [
  [/^28P01$/, ({ at }) => `Postgres at ${at} takes another user or password: mend them`],
  [/^SASL.* password/, ({ at }) => `Postgres at ${at} wants a password: use postgres://user:password@host/name`],
  [
    /^28/,
    ({ at }, why) =>
      `Postgres at ${at} does not let the user in (${why}): mend the user or pg_hba.conf, or end the URL with ?sslmode=require where it has to be encrypted`,
  ],
  [/^3D000$/, ({ at, database }) => `Postgres at ${at} has no database ${database}: make it, or mend the name`],
  [/^42501$/, ({ database }, why) => `the user may not make tables (${why}): make it the owner of ${database}`],
  [/^25006$/, ({ at }) => `Postgres at ${at} can only be read: name the server that is written to`],
  [/^53300$/, ({ at }) => `Postgres at ${at} has no connection left: raise its max_connections, or end others`],
  [/^57P03$/, ({ at }) => `Postgres at ${at} is starting or stopping: try again in a moment`],
  [/^(08|53|57|58|SASL)/, ({ at }, why) => `Postgres at ${at} takes no connection (${why}): mend what it complains of`],
  [/SSL connections/, ({ at }) => `Postgres at ${at} has no TLS: switch it on there, or leave sslmode out`],
  [
    /CERT|SIGNATURE|SSL|TLS|^EPROTO$/,
    ({ at }, why) =>
      `the TLS of Postgres at ${at} is not trusted (${why}): name the host that its certificate names, and the file of its authority with sslrootcert=`,
  ],
  [
    /^(ENOTFOUND$|EAI_)/,
    ({ host }, why) => `there is no host ${host} (${why}): mend the name, or how this machine finds names`,
  ],
  [
    /^E[A-Z]+$|^Connection terminated|^timeout exceeded/,
    ({ at }, why) => `nobody answers at ${at} (${why}): start Postgres there, or mend host and port`,
  ],
]

/** Why the database cannot be opened, in a sentence that never holds the password; undefined where nobody else is to blame. */
export function postgresProblem(error: unknown, url: string): ConfigError | undefined {
  const sentence = sentenceOf(toldBy(error), url)
  return sentence === undefined ? undefined : new ConfigError(`DATABASE_URL: ${sentence}`, { cause: error })
}

function sentenceOf(told: readonly Told[], url: string): string | undefined {
  const why = told.at(-1)?.words ?? ''
  const place = placeOf(url)
  if (place) {
    const [, sentence] = PROBLEMS.find(([known]) => told.some(({ code }) => known.test(code))) ?? []
    return sentence?.(place, place.password ? why.replaceAll(place.password, '…') : why)
  }
  // Certificates are looked for before anybody is asked.
  if (/^E[A-Z]+: .* open /.test(why)) return `a file that it names cannot be read (${why}): mend the path`
  return 'it is not understood: write signs such as / # ? % in a user or password percent-encoded (# is %23)'
}

/** As the driver reads it, with what the environment adds. Undefined where it cannot be read. */
function placeOf(url: string): Place | undefined {
  // Half of a password with a slash in it would be taken for the port, and told.
  if (URL.parse(url)?.username === '' && url.includes('@')) return undefined
  try {
    const { host, port, database = '', password } = new pg.Client({ connectionString: url })
    const isSocket = host.startsWith('/')
    const at = isSocket ? host : `${host.includes(':') ? `[${host}]` : host}:${port}`
    return { host, at, database, password: password ?? '' }
  } catch {
    return undefined
  }
}

interface Told {
  /** Its words, where it has none. */
  readonly code: string
  readonly words: string
}

/** Drizzle wraps what the driver throws, and a name with several addresses fails at each. */
function toldBy(error: unknown): Told[] {
  if (!(error instanceof Error)) return []
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.message
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause
  return [{ code, words: error.message || code }, ...toldBy(inner)]
}
