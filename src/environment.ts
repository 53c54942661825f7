import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'

import { type Config, howToSwitchOn, loadConfig } from './core/config.ts'
import { providers } from './webhooks/providers/index.ts'

const ROOT = join(import.meta.dirname, '..')
const ENV_FILE = join(ROOT, '.env')

export const HOW_TO_RECEIVE = howToSwitchOn(providers)

/** The configuration of this process: its environment, then `.env` beside package.json. Throws `ConfigError`. */
export function readConfig({ needsSlack }: { readonly needsSlack: boolean }): Config {
  if (existsSync(ENV_FILE)) process.loadEnvFile(ENV_FILE)
  const config = loadConfig(process.env, { providers, needsSlack, readFile: (path) => readFileSync(path, 'utf8') })
  // Wherever a command is typed, it means the database of the server.
  return {
    ...config,
    databaseUrl: config.databaseUrl.replace(/^sqlite:(.*)$/, (_, path) => `sqlite:${resolve(ROOT, path)}`),
  }
}
