export interface Scope {
  readonly name: string
  /** What there is not where the scope was not granted, in a sentence. */
  readonly without: string
  /** Whoever installs the app may leave it out. */
  readonly isOptional?: true
}

/** The scopes of manifest.yml, which says to people what each is for. */
export const SCOPES: readonly Scope[] = [
  { name: 'commands', without: 'nobody can type /crm' },
  { name: 'chat:write', without: 'no alert and no result of an import or an enrichment is sent' },
  { name: 'files:read', without: 'an uploaded list cannot be imported' },
  { name: 'files:write', without: 'no file can be sent to anybody, such as what is known of a person' },
  { name: 'users:read', without: 'nobody knows who is a guest or an admin, so nobody is let in' },
  {
    name: 'channels:read',
    without: 'nobody knows who reads a public channel, so alerts there hide addresses',
    isOptional: true,
  },
  {
    name: 'groups:read',
    without: 'nobody knows who reads a private channel, so alerts there hide addresses',
    isOptional: true,
  },
  {
    name: 'users:read.email',
    without: '“Look up people here” does not find who wrote the message by the address in their profile',
    isOptional: true,
  },
]
