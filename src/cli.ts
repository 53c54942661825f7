import './runtime.ts'

import process from 'node:process'

import { Command, CommanderError } from 'commander'

import { backupCommand } from './cli/backup.ts'
import { say } from './cli/context.ts'
import { digestCommand } from './cli/digest.ts'
import { doctorCommand } from './cli/doctor.ts'
import { enrichCommand } from './cli/enrich.ts'
import { eventsCommand } from './cli/events.ts'
import { exportCommand } from './cli/export.ts'
import { forgetCommand } from './cli/forget.ts'
import { importCommand } from './cli/import.ts'
import { lookupCommand } from './cli/lookup.ts'
import { migrateCommand } from './cli/migrate.ts'
import { why } from './cli/output.ts'
import { replayCommand } from './cli/replay.ts'
import { searchCommand } from './cli/search.ts'
import { statsCommand } from './cli/stats.ts'
import { CrmError } from './core/errors.ts'

const FAILED = 1
const WRONG_USAGE = 2

const program = new Command('crm')
  .description('Looks into and works on a Touchpoint database, also beside a running server.')
  .exitOverride()
  .configureHelp({ showGlobalOptions: true })
const commands = [
  lookupCommand,
  searchCommand,
  eventsCommand,
  statsCommand,
  digestCommand,
  importCommand,
  exportCommand,
  enrichCommand,
  forgetCommand,
  replayCommand,
  backupCommand,
  migrateCommand,
  doctorCommand,
]
for (const command of commands) {
  program.addCommand(command().exitOverride())
}

// `crm export | head` closes the pipe early, which is no mistake.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  say(`Standard output cannot be written: ${why(error)}`)
  process.exit(FAILED)
})
// Nobody listens any more, which is no reason to leave the work half-done.
process.stderr.on('error', () => {})

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = exitCodeFor(error)
}

function exitCodeFor(error: unknown): number {
  // Commander has said what it had to say; only asking for help is not a mistake.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE
  if (!(error instanceof CrmError)) throw error
  say(error.message)
  return error.name === 'ConfigError' || error.name === 'InvalidInputError' ? WRONG_USAGE : FAILED
}
