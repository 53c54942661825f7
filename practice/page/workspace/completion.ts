import type { AppOnScreen } from '../../contract.ts'

type Commands = AppOnScreen['commands']

export interface Completion {
  /** What the text box holds once this was chosen. */
  readonly text: string
  readonly title: string
  readonly description: string
  /** Whether choosing it completes a word rather than the whole line. */
  readonly isCommand: boolean
}

/** What may follow on what is typed: commands after a slash, then what the app's usage hint proposes. */
export function completionsOf(typed: string, commands: Commands): Completion[] {
  if (!typed.startsWith('/') || typed.includes('\n')) return []
  const space = typed.indexOf(' ')
  if (space < 0)
    return commands
      .filter(({ command }) => command.startsWith(typed.toLowerCase()))
      .map(({ command, description, usageHint }) => ({
        text: `${command} `,
        title: usageHint ? `${command} ${usageHint}` : command,
        description,
        isCommand: true,
      }))
  const word = typed.slice(0, space).toLowerCase()
  const rest = typed
    .slice(space + 1)
    .trimStart()
    .toLowerCase()
  return commands
    .filter(({ command }) => command === word)
    .flatMap(({ command, usageHint }) => partsOf(usageHint).map((part) => `${command} ${part}`))
    .filter(
      (line) => line.toLowerCase().startsWith(`${word} ${rest}`) && line.toLowerCase() !== typed.toLowerCase().trim(),
    )
    .map((line) => ({ text: line, title: line, description: '', isCommand: false }))
}

/** A usage hint lists its forms between bars: `ada@example.com | stats 30d | help`. */
function partsOf(usageHint: string): string[] {
  return usageHint.split('|').flatMap((part) => part.trim() || [])
}

/** Lines to try, about a contact that exists. */
export function examplesOf(
  commands: Commands,
  contact: { readonly email: string; readonly name: string } | undefined,
): string[] {
  const [first] = commands
  if (!first) return []
  const parts = partsOf(first.usageHint).map((part) => aboutSomebody(part, contact))
  return [...new Set(parts)].slice(0, 4).map((part) => `${first.command} ${part}`)
}

function aboutSomebody(part: string, contact: { readonly email: string; readonly name: string } | undefined): string {
  if (!contact) return part
  if (/\S+@\S+/.test(part)) return part.replace(/\S+@\S+/, contact.email)
  const [verb = ''] = /^(?:lookup|search)(?= \S)/.exec(part) ?? []
  if (!verb || !contact.name) return part
  return `${verb} ${verb === 'search' ? contact.name.split(/\s/, 1)[0]?.toLowerCase() : contact.name}`
}
