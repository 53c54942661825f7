/** Whom people name as the owner of a contact. */
export type NamedOwner = { readonly userId: string } | 'me' | 'nobody'

const ME = new Set(['me', '@me'])
const NOBODY = new Set(['nobody', 'none', 'no one', '-'])
const MENTION = /^<@([UW][A-Z0-9]+)(?:\|[^>]*)?>$/i
const ID = /^[UW][A-Z0-9]{4,30}$/i

/** Undefined for a name: one after an @ arrives as letters, and we may not ask Slack whose it is. */
export function ownerNamed(text: string): NamedOwner | undefined {
  const word = text.toLowerCase()
  if (ME.has(word)) return 'me'
  if (NOBODY.has(word)) return 'nobody'
  const id = MENTION.exec(text)?.[1] ?? ID.exec(text)?.find(isNoWord)
  return id === undefined ? undefined : { userId: id.toUpperCase() }
}

/** `walter` is somebody's name: an id has capital letters, or a number among its letters. */
function isNoWord(text: string): boolean {
  return /\d/.test(text) || text === text.toUpperCase()
}
