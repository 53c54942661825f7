import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

import { type Config, loadConfig } from './core/config.ts'
import { providers } from './webhooks/providers/index.ts'

const ENV_FILE = join(import.meta.dirname, '../.env')

/** The configuration of this process: its environment, then `.env` beside package.json. Throws `ConfigError`. */
export function readConfig({ needsSlack }: { readonly needsSlack: boolean }): Config {
  if (existsSync(ENV_FILE)) process.loadEnvFile(ENV_FILE)
  return loadConfig(process.env, { providers, needsSlack, readFile: (path) => readFileSync(path, 'utf8') })
}
