import { parseAddress } from './address.ts'
import { fold } from './name.ts'
import { SAMPLE, type Table } from './read-table.ts'

/** What of a contact a column can hold. */
export type ColumnField = 'email' | 'firstName' | 'lastName' | 'name' | 'company' | 'title' | 'tags' | 'campaign'

/** Where the cells of one column go. */
export type Column =
  | { readonly index: number; readonly field: ColumnField }
  /** A field of the contact's own, under this name. */
  | { readonly index: number; readonly custom: string }

/**
 * What programs and people call a column, without case, accents and signs. Beside English, German,
 * French and Spanish the headers of HubSpot, Apollo, Instantly, Smartlead, Lemlist, Mailchimp,
 * Google Contacts ("E-mail 1 - Value") and LinkedIn.
 */
const HEADERS: readonly (readonly [field: ColumnField, names: readonly string[]])[] = [
  ['email', ['email', 'emailaddress', 'emails', 'mail', 'mailaddress', 'email1', 'email1value', 'emailaddress1']],
  ['email', ['primaryemail', 'workemail', 'businessemail', 'contactemail', 'leademail', 'personemail']],
  ['email', ['subscriberemail', 'emailadresse', 'mailadresse', 'adresseemail', 'adressemail', 'courriel']],
  ['email', ['correo', 'correoelectronico']],
  ['firstName', ['firstname', 'first', 'givenname', 'forename', 'fname', 'vorname', 'prenom', 'nombre']],
  ['lastName', ['lastname', 'last', 'surname', 'familyname', 'lname', 'nachname', 'nom', 'nomdefamille']],
  ['lastName', ['apellido', 'apellidos']],
  ['name', ['name', 'fullname', 'contactname', 'displayname', 'personname', 'leadname', 'nomcomplet']],
  ['name', ['nombrecompleto']],
  ['company', ['company', 'companyname', 'organization', 'organisation', 'organizationname', 'organization1name']],
  ['company', ['account', 'accountname', 'employer', 'currentcompany', 'associatedcompany']],
  ['company', ['firma', 'unternehmen', 'societe', 'entreprise', 'empresa']],
  ['title', ['title', 'jobtitle', 'position', 'role', 'jobposition', 'currentposition', 'organizationtitle']],
  ['title', ['organization1title', 'stelle', 'poste', 'cargo', 'puesto']],
  ['tags', ['tags', 'tag', 'labels', 'label', 'groupmembership', 'schlagworte', 'etiquettes', 'etiquetas']],
  ['campaign', ['campaign', 'campaignname', 'sourcecampaign', 'importedfromcampaign']],
  ['campaign', ['kampagne', 'campagne', 'campana']],
]

const FIELD_OF: ReadonlyMap<string, ColumnField> = new Map(
  HEADERS.flatMap(([field, names]) => names.map((name) => [name, field] as const)),
)

const MAX_NAME = 100

/** Guesses what each column holds; undefined where none holds addresses. Of several for one field the first counts, of addresses the fullest. */
export function columnsOf({ header, rows }: Table): readonly Column[] | undefined {
  const names = header ?? []
  const counts = addressCounts(rows.slice(0, SAMPLE).map(({ cells }) => cells))
  const called = names.flatMap((name, index) => (fieldOf(name) === 'email' ? [index] : []))
  const email = fullest(called, counts) ?? fullest([...counts.keys()], counts) ?? called[0]
  if (email === undefined) return undefined
  if (!header) return [{ index: email, field: 'email' }]

  const taken = new Set<string>(['email'])
  const width = rows.reduce((most, { cells }) => Math.max(most, cells.length), names.length)
  return Array.from({ length: width }, (_, index): Column => {
    if (index === email) return { index, field: 'email' }
    const field = fieldOf(names[index] ?? '')
    if (!field || taken.has(field)) return { index, custom: unique(names[index] || `Column ${index + 1}`, taken) }
    taken.add(field)
    return { index, field }
  })
}

/** Whether the first row says which column holds the addresses. */
export function namesAddresses({ header }: Table): boolean {
  return header?.some((name) => fieldOf(name) === 'email') ?? false
}

function fieldOf(header: string): ColumnField | undefined {
  return FIELD_OF.get(fold(header).replace(/[^\p{L}\p{N}]/gu, ''))
}

/** How many cells of each column are addresses; columns without any are left out. */
function addressCounts(rows: readonly (readonly string[])[]): Map<number, number> {
  const counts = new Map<number, number>()
  for (const cells of rows) {
    for (const [index, cell] of cells.entries()) {
      if (parseAddress(cell)) counts.set(index, (counts.get(index) ?? 0) + 1)
    }
  }
  return counts
}

function fullest(columns: readonly number[], counts: ReadonlyMap<number, number>): number | undefined {
  const [best] = columns
    .filter((index) => counts.has(index))
    .sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0))
  return best
}

function unique(name: string, taken: Set<string>): string {
  const short = [...name].slice(0, MAX_NAME).join('')
  let candidate = short
  for (let n = 2; taken.has(candidate); n += 1) candidate = `${short} ${n}`
  taken.add(candidate)
  return candidate
}
