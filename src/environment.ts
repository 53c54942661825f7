import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { parseEnv } from 'node:util'

import { type Config, howToSwitchOn, loadConfig } from './core/config.ts'
import { ConfigError } from './core/errors.ts'
import { providers } from './webhooks/providers/index.ts'

const ROOT = join(import.meta.dirname, '..')
const ENV_FILE = join(ROOT, '.env')

export const HOW_TO_RECEIVE = howToSwitchOn(providers)

/** The configuration of this process: its environment, then `.env` beside package.json. Throws `ConfigError`. */
export function readConfig({ needsSlack }: { readonly needsSlack: boolean }): Config {
  // Where packages look, too: PGSSLMODE, say.
  addFrom(ENV_FILE, process.env)
  const config = loadConfig(process.env, { providers, needsSlack, readFile: (path) => readFileSync(path, 'utf8') })
  return { ...config, databaseUrl: databaseOf(config.databaseUrl) }
}

/** Wherever a command is typed, it means the database that the server would. */
export function databaseOf(url: string): string {
  return url.replace(/^sqlite:(.*)$/, (_, path) => `sqlite:${resolve(ROOT, path)}`)
}

/** Gives `env` what the file says of variables that are not set, or empty. Throws `ConfigError` where it is there and cannot be read. */
export function addFrom(file: string, env: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(parseEnv(textOf(file)))) {
    if (!env[name]?.trim()) env[name] = value
  }
}

/** Empty where there is no file. */
function textOf(file: string): string {
  try {
    // Some editors of Windows begin with a mark, which would be taken for a part of the first name.
    return readFileSync(file, 'utf8').replace(/^\ufeff/, '')
  } catch (error) {
    const { code, message } = error instanceof Error && 'code' in error ? error : { code: '', message: String(error) }
    if (code === 'ENOENT') return ''
    throw new ConfigError(`${file} cannot be read (${message}): make it a file that this program may read`, {
      cause: error,
    })
  }
}
