import { once } from 'node:events'
import type { Server } from 'node:http'

import type { Config } from './core/config.ts'
import { ConfigError } from './core/errors.ts'

type Place = Pick<Config, 'host' | 'port'>

const ANY_HOST = 'use 0.0.0.0 for every address of this machine, or 127.0.0.1 for itself alone'

/** Why nobody can listen there, by what the system says. */
const PROBLEMS: Readonly<Record<string, (place: Place) => string>> = {
  EADDRINUSE: ({ port }) => `PORT ${port} is in use by another program: choose another`,
  EACCES: ({ port }) => `PORT ${port} is for programs with more rights than this one: choose one from 1024`,
  EADDRNOTAVAIL: ({ host }) => `HOST ${host} is no address of this machine: ${ANY_HOST}`,
  EAFNOSUPPORT: ({ host }) => `HOST ${host} is of a kind that this machine has no addresses of: ${ANY_HOST}`,
  EINVAL: ({ host }) => `HOST ${host} cannot be listened on: ${ANY_HOST}`,
  ENOTFOUND: ({ host }) => `HOST ${host} is neither an address nor a known name: ${ANY_HOST}`,
  EAI_AGAIN: ({ host }) => `HOST ${host} is a name that nobody knows at the moment: ${ANY_HOST}`,
}

/** Resolves as soon as `server` takes requests. Throws `ConfigError` where it cannot at that place. */
export async function listen(server: Server, place: Place): Promise<void> {
  server.listen(place.port, place.host)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw listeningProblem(error, place) ?? error
  }
}

export function listeningProblem(error: unknown, place: Place): ConfigError | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const sentence = Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code] : undefined
  return sentence && new ConfigError(sentence(place), { cause: error })
}
