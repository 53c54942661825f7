import { createHmac, randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'

import { addressKey } from '../address.ts'
import { ConfigError } from '../errors.ts'

/** What the hashes of erased addresses are made with. It is no part of the database, or they could be guessed from it. */
export interface ErasureKey {
  /** Undefined where there is none yet. */
  known(): string | undefined
  /** Makes one where it can. Throws `ConfigError` where somebody else has to. */
  needed(): string
}

/** The key that the environment gives, or else of a file beside an SQLite database, which is made with the first use. */
export function createErasureKey(databaseUrl: string, secret: string | undefined): ErasureKey {
  if (secret !== undefined) return { known: () => secret, needed: () => secret }
  const path = keyFileOf(databaseUrl)
  if (path === undefined) return { known: () => undefined, needed: noKey }
  let key: string | undefined
  function known(): string | undefined {
    key ??= existsSync(path ?? '') ? readKey(path ?? '') : undefined
    return key
  }
  return {
    known,
    needed() {
      if (known() === undefined) keepKey(path ?? '', randomBytes(32).toString('hex'))
      return known() ?? noKey()
    },
  }
}

/** Undefined where the database is no file. */
export function keyFileOf(databaseUrl: string): string | undefined {
  return databaseUrl.startsWith('sqlite:') ? `${databaseUrl.slice('sqlite:'.length)}.key` : undefined
}

function noKey(): never {
  throw new ConfigError(
    'Nobody can be erased yet: CRM_ERASURE_KEY is not set. Make one with: openssl rand -hex 32, and keep it apart from the database and its back-ups.',
  )
}

function readKey(path: string): string {
  const key = readFileSync(path, 'utf8').trim()
  if (key.length >= 32) return key
  throw new ConfigError(`${path} holds no key: bring it back from where you keep it, or set CRM_ERASURE_KEY`)
}

/** Whole or not at all, and on the disk before anybody is erased with it. Whoever was quicker made it. */
export function keepKey(path: string, key: string): void {
  const draft = `${path}.${randomBytes(8).toString('hex')}`
  const file = openSync(draft, 'wx', 0o600)
  try {
    writeSync(file, `${key}\n`)
    fsyncSync(file)
    linkSync(draft, path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    closeSync(file)
    rmSync(draft)
  }
}

/** Two spellings of one address have the same. */
export function addressHash(key: string, address: string): string {
  return createHmac('sha256', key)
    .update(`address:${addressKey(address)}`)
    .digest('hex')
}

/** Tells one key from another without giving either away. */
export function keyMark(key: string): string {
  return createHmac('sha256', key).update('mark').digest('hex')
}
