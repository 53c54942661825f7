import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { InvalidInputError } from '../../src/core/errors.ts'
import { readImportFile, readPasted } from '../../src/core/read-import.ts'

function aFile(text: string, name = 'people.csv') {
  return { name, bytes: Buffer.from(text) }
}

/** What a file brings in: contacts with what is said of them, and what is left out. */
async function brought(text: string | Uint8Array, name = 'people.csv') {
  return said(await readImportFile(typeof text === 'string' ? aFile(text, name) : { name, bytes: text }))
}

function said({ contacts, leftOut, unit, onlyAddresses }: Awaited<ReturnType<typeof readImportFile>>) {
  return {
    contacts: contacts.map(({ email, ...rest }) => {
      const { firstName, lastName, company, title, tags, sourceCampaign, customFields } = rest
      const fields = { firstName, lastName, company, title, sourceCampaign }
      return {
        email,
        ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)),
        ...(tags.length > 0 ? { tags } : {}),
        ...(Object.keys(customFields).length > 0 ? { customFields } : {}),
      }
    }),
    leftOut: leftOut.map(({ at, value, reason }) => `${unit} ${at} (${value}): ${reason}`),
    ...(onlyAddresses ? { onlyAddresses } : {}),
  }
}

describe('a table', () => {
  test('brings in what its header names, and the rest as fields of its own', async () => {
    const csv = `Email,First Name,Last Name,Company,Job Title,Tags,Phone
ada@example.com,Ada,Lovelace,Analytical Engines,CTO,"vip, conference",+44 20
bob@example.com,,,,,,
`
    expect(await brought(csv)).toEqual({
      contacts: [
        {
          email: 'ada@example.com',
          firstName: 'Ada',
          lastName: 'Lovelace',
          company: 'Analytical Engines',
          title: 'CTO',
          tags: ['vip', 'conference'],
          customFields: { Phone: '+44 20' },
        },
        { email: 'bob@example.com' },
      ],
      leftOut: [],
    })
  })

  test.each<[from: string, header: string, row: string]>([
    ['HubSpot', 'First Name,Last Name,Email,Company Name,Job Title', 'Ada,Lovelace,ada@example.com,Acme,CTO'],
    ['Apollo', 'First Name,Last Name,Title,Company,Email', 'Ada,Lovelace,CTO,Acme,ada@example.com'],
    ['Instantly', 'email,first_name,last_name,company_name,job_title', 'ada@example.com,Ada,Lovelace,Acme,CTO'],
    ['Lemlist', 'email,firstName,lastName,companyName,jobTitle', 'ada@example.com,Ada,Lovelace,Acme,CTO'],
    ['Mailchimp', 'Email Address,First Name,Last Name,Company,Job Title', 'ada@example.com,Ada,Lovelace,Acme,CTO'],
    [
      'Google Contacts',
      'First Name,Last Name,Organization Name,Organization Title,E-mail 1 - Value',
      'Ada,Lovelace,Acme,CTO,ada@example.com',
    ],
    ['LinkedIn', 'First Name,Last Name,Email Address,Company,Position', 'Ada,Lovelace,ada@example.com,Acme,CTO'],
    ['somebody', 'Name,E-Mail,Organisation,Role', 'Ada Lovelace,ada@example.com,Acme,CTO'],
    [
      'somebody who writes German',
      'Vorname;Nachname;E-Mail-Adresse;Firma;Position',
      'Ada;Lovelace;ada@example.com;Acme;CTO',
    ],
    ['somebody who writes French', 'Prénom;Nom;Adresse e-mail;Société;Poste', 'Ada;Lovelace;ada@example.com;Acme;CTO'],
    ['a mail program', 'E-mail,Company,Title', 'Ada Lovelace <ada@example.com>,Acme,CTO'],
  ])('of %s is understood', async (_from, header, row) => {
    const ada = { email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace', company: 'Acme', title: 'CTO' }
    expect((await brought(`${header}\n${row}\n`)).contacts).toEqual([ada])
  })

  test.each([',', ';', '\t', '|'])('may be separated by %j, with other signs in its cells', async (delimiter) => {
    const rows = [
      ['name', 'email', 'company'],
      ['Lovelace, Ada', 'ada@example.com', '"Engines; Mills | Co"'],
      ['Byron, Bob', 'bob@example.com', ''],
    ]
    const text = rows
      .map((cells) => cells.map((cell) => (cell.includes(delimiter) && !cell.startsWith('"') ? `"${cell}"` : cell)))
      .map((cells) => cells.join(delimiter))
      .join('\r\n')
    expect((await brought(text)).contacts).toEqual([
      { email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace', company: 'Engines; Mills | Co' },
      { email: 'bob@example.com', firstName: 'Bob', lastName: 'Byron' },
    ])
  })

  test('is separated by what sets addresses apart, and not by what is frequent', async () => {
    expect((await brought('ada@example.com;a, b, c, d\nbob@example.com;e, f, g, h\n')).contacts).toEqual([
      { email: 'ada@example.com' },
      { email: 'bob@example.com' },
    ])
  })

  test('may have spaces before its quotes', async () => {
    expect((await brought('email, company\nada@example.com, "Acme, Inc"\n')).contacts).toEqual([
      { email: 'ada@example.com', company: 'Acme, Inc' },
    ])
  })

  test('may end its rows in several ways', async () => {
    const { contacts } = await readImportFile(aFile('email\r\na@example.com\nb@example.com\rc@example.com'))
    expect(contacts.map(({ email }) => email)).toEqual(['a@example.com', 'b@example.com', 'c@example.com'])
  })

  test('is read whole where it comes in many pieces', async () => {
    const people = Array.from({ length: 5000 }, (_, n) => `zoë${n}@example.com,Zoë Müller-${'ß'.repeat(n % 7)}`)
    const { contacts } = await readImportFile(aFile(`email,company\n${people.join('\n')}`))
    expect(contacts.map(({ email, company }) => `${email},${company}`)).toEqual(people)
  })

  test('lets others work while it is read', async () => {
    const people = Array.from({ length: 5000 }, (_, n) => `person${n}@example.com`)
    let turns = 0
    let next = setImmediate(function turn() {
      turns += 1
      next = setImmediate(turn)
    })
    await readImportFile(aFile(people.join('\n')))
    clearImmediate(next)
    expect(turns).toBeGreaterThan(20)
  })

  test('without a header brings in the addresses of the column that holds them, and says so', async () => {
    expect(await brought('Ada,ada@example.com,Acme\nBob,bob@example.com,\n')).toEqual({
      contacts: [{ email: 'ada@example.com' }, { email: 'bob@example.com' }],
      leftOut: [],
      onlyAddresses: true,
    })
  })

  test('of nothing but addresses has nothing to say about columns', async () => {
    expect(await brought('ada@example.com\nbob@example.com')).toEqual({
      contacts: [{ email: 'ada@example.com' }, { email: 'bob@example.com' }],
      leftOut: [],
    })
  })

  test('with a header that names no addresses is read by the column that holds them', async () => {
    expect((await brought('Contact,Phone\nada@example.com,1\nbob@example.com,2')).contacts).toEqual([
      { email: 'ada@example.com', customFields: { Phone: '1' } },
      { email: 'bob@example.com', customFields: { Phone: '2' } },
    ])
  })

  test('with two columns of addresses takes the fuller one of those called so', async () => {
    const csv = `Work Email,Email,Owner
,ada@home.example,eve@us.example
bob@work.example,bob@home.example,eve@us.example
,,eve@us.example
`
    expect((await brought(csv)).contacts.map(({ email }) => email)).toEqual(['ada@home.example', 'bob@home.example'])
  })

  test('leaves out what is no person, with the row as a spreadsheet counts it and the reason', async () => {
    const csv = `email,name
ada@example.com,Ada

adda@,Adda
,Nobody
"ADA@example.com",Ada again
"bob@example.com","Bob
Byron"
not an address,Eve
`
    expect(await brought(csv)).toEqual({
      contacts: [
        { email: 'ada@example.com', firstName: 'Ada' },
        { email: 'bob@example.com', firstName: 'Bob', lastName: 'Byron' },
      ],
      leftOut: [
        'row 4 (adda@): this is not an e-mail address',
        'row 5 (Nobody): there is no e-mail address',
        'row 6 (ADA@example.com): the same address as in row 2',
        'row 8 (not an address): this is not an e-mail address',
      ],
    })
  })

  test('keeps columns apart that share a name or have none', async () => {
    const { contacts } = await brought('email,Phone,Phone,,__proto__\nada@example.com,1,2,3,4')
    const [{ customFields } = {}] = contacts
    expect(Object.entries(customFields ?? {})).toEqual([
      ['Phone', '1'],
      ['Phone 2', '2'],
      ['Column 4', '3'],
      ['__proto__', '4'],
    ])
  })

  test('may have rows of any length', async () => {
    expect((await brought('email,first name\nada@example.com\nbob@example.com,Bob,extra')).contacts).toEqual([
      { email: 'ada@example.com' },
      { email: 'bob@example.com', firstName: 'Bob', customFields: { 'Column 3': 'extra' } },
    ])
  })

  test('bears quotes that nobody meant', async () => {
    expect(
      (await brought('email,company\nada@example.com,Ada "the" Engine\nbob@example.com,3" pipes')).contacts,
    ).toEqual([
      { email: 'ada@example.com', company: 'Ada "the" Engine' },
      { email: 'bob@example.com', company: '3" pipes' },
    ])
  })

  test('gives back what any program wrote in it by the rules of CSV', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'Ü', '"', ',', ';', '\t', '|', '\n', ' ', '@', '=') })
    const rows = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 })
    const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`
    await fc.assert(
      fc.asyncProperty(rows, fc.constantFrom(',', ';', '\t', '|'), async (cells, delimiter) => {
        const people = cells.map(([company, note], n) => [`person${n}@example.com`, company, note])
        const lines = [['email', 'company', 'note'], ...people].map((row) => row.map(quoted).join(delimiter))
        const { contacts } = await readImportFile(aFile(lines.join('\r\n')))
        expect(contacts.map(({ email, company, customFields }) => [email, company, customFields.note])).toEqual(
          people.map(([email, company = '', note = '']) => [
            email,
            company.replace(/\s+/g, ' ').trim() || null,
            note.trim() || undefined,
          ]),
        )
      }),
    )
  })

  test('whatever its bytes are is read, or refused with advice', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.string({ unit: 'binary', maxLength: 300 }).map((text) => Buffer.from(text)),
      fc
        .string({ unit: fc.constantFrom('"', ',', '\n', 'a@b.example', ' ', '{', '<') })
        .map((text) => Buffer.from(text)),
    )
    await fc.assert(
      fc.asyncProperty(bytes, fc.constantFrom('x.csv', 'x.txt', 'x.json'), async (given, name) => {
        try {
          const { contacts, leftOut } = await readImportFile({ name, bytes: given })
          expect(contacts.length + leftOut.length).toBeGreaterThanOrEqual(name === 'x.json' ? 0 : 1)
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInputError)
          expect(String(error)).toContain(name)
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('the characters of a file', () => {
  const csv = 'email,first name\nzoe@example.com,Zoë\n'
  const zoe = [{ email: 'zoe@example.com', firstName: 'Zoë' }]

  test.each<[encoding: string, bytes: Buffer]>([
    ['UTF-8', Buffer.from(csv)],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${csv}`)],
    ['UTF-16', Buffer.from(`\ufeff${csv}`, 'utf16le')],
    ['big-endian UTF-16', Buffer.from(`\ufeff${csv}`, 'utf16le').swap16()],
    ['Windows-1252', Buffer.from(csv, 'latin1')],
  ])('are read in %s', async (_encoding, bytes) => {
    expect((await brought(bytes)).contacts).toEqual(zoe)
  })

  test('of Windows are those of Windows and not of Latin-1', async () => {
    const bytes = Buffer.from('email,company\nada@example.com,Ada\x92s \x80', 'latin1')
    expect((await brought(bytes)).contacts).toEqual([{ email: 'ada@example.com', company: 'Ada’s €' }])
  })
})

describe('what is no list of people', () => {
  test.each<[name: string, bytes: Uint8Array | string, advice: RegExp]>([
    ['people.xlsx', 'PK\x03\x04rest', /^people\.xlsx is a workbook .* Save it as CSV/],
    ['people.xls', Buffer.from('d0cf11e0a1b11ae1', 'hex'), /workbook of an old Excel/],
    ['people.pdf', '%PDF-1.7', /is a PDF/],
    ['people.csv.gz', Buffer.from('1f8b0800', 'hex'), /is compressed/],
    ['people.png', Buffer.from('89504e470d0a1a0a0000', 'hex'), /is not text/],
    ['people.csv', '<!DOCTYPE html><html>', /is a web page/],
    ['people.csv', ' <html lang="en">', /is a web page/],
    ['people.vcf', 'BEGIN:VCARD\nEND:VCARD', /vCards/],
    ['people.csv', '', /^people\.csv is empty/],
    ['people.csv', ' \n ', /is empty/],
    ['people.csv', 'email,name\n', /^people\.csv lists nobody/],
    ['people.csv', 'name,phone\nAda,1', /^No column of people\.csv holds e-mail addresses/],
    ['people.csv', 'email,name\nada@example.com,Ada\nbob@example.com,"Bob\n', /from row 3 on.*quote/],
    ['people.json', '{"ada@example.com":', /^people\.json cannot be read as JSON/],
    ['people.json', '[{"email":"ada@example.com"}]', /keyed by address/],
    ['people.csv', '[{"email":"ada@example.com"}]', /keyed by address/],
  ])('%s of %j is refused with what to do', async (name, content, advice) => {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content
    await expect(readImportFile({ name, bytes })).rejects.toThrow(advice)
    await expect(readImportFile({ name, bytes })).rejects.toBeInstanceOf(InvalidInputError)
  })

  test('a row of more columns than any list has is refused', async () => {
    const file = aFile(`email\nada@example.com${','.repeat(500)}\n`)
    await expect(readImportFile(file)).rejects.toThrow(/^Row 2 of people\.csv has more than 500 columns/)
  })

  test('a quote that swallows a large part of the file ends the reading, wherever it closes', async () => {
    const file = aFile(`email,name\nada@example.com,"Ada\n${'x,y\n'.repeat(300_000)}"\nbob@example.com,Bob\n`)
    await expect(readImportFile(file)).rejects.toThrow(/from row 2 on.*quote/)
  })

  test.each([
    ['people.csv', 'email\na@example.com\nb@example.com\nc@example.com'],
    ['people.txt', 'a@example.com, b@example.com, c@example.com'],
    ['people.json', '{"a@example.com":{},"b@example.com":{},"c@example.com":{}}'],
  ])('%s is refused where it is longer than it may be', async (name, text) => {
    await expect(readImportFile(aFile(text, name), 3)).resolves.toMatchObject({ leftOut: [] })
    await expect(readImportFile(aFile(text, name), 2)).rejects.toThrow(`${name} lists more than 2 people. Split it`)
  })

  test('a cell that swallowed its neighbours costs one row', async () => {
    const csv = `email,note\nada@example.com,"${'x'.repeat(6000)}"\nbob@example.com,fine`
    expect(await brought(csv)).toEqual({
      contacts: [{ email: 'bob@example.com', customFields: { note: 'fine' } }],
      leftOut: ['row 2 (ada@example.com): a cell has more than 5000 characters; is a quote not closed?'],
    })
  })
})

test('interchange JSON is read entry by entry', async () => {
  const json = JSON.stringify({ 'ada@example.com': { first_name: 'Ada', tags: ['vip'] }, adda: {} })
  expect(await brought(json, 'contacts.json')).toEqual({
    contacts: [{ email: 'ada@example.com', firstName: 'Ada', tags: ['vip'] }],
    leftOut: ['entry 2 (adda): email: "adda" is not an address'],
  })
})

test('the export of an empty CRM brings in nobody, and is no mistake', async () => {
  expect(await brought('{}', 'contacts.json')).toEqual({ contacts: [], leftOut: [] })
})

test('a text file may hold addresses anywhere in its lines', async () => {
  expect(await brought('Ada <ada@example.com>, bob@example.com\nnobody', 'list.txt')).toEqual({
    contacts: [{ email: 'ada@example.com', firstName: 'Ada' }, { email: 'bob@example.com' }],
    leftOut: ['line 2 (nobody): there is no e-mail address'],
  })
  expect((await brought('"Ada <ada@example.com>\nbob@example.com', 'list.txt')).contacts).toEqual([
    { email: 'ada@example.com', firstName: 'Ada' },
    { email: 'bob@example.com' },
  ])
})

test('a text file may also be a table', async () => {
  expect((await brought('email\tfirst name\nada@example.com\tAda', 'list.txt')).contacts).toEqual([
    { email: 'ada@example.com', firstName: 'Ada' },
  ])
})

describe('pasted text', () => {
  test('is read address by address, each once', async () => {
    const pasted = 'Ada Lovelace <ada@example.com>; bob@example.com\nBOB@example.com\nadda@\n'
    expect(said(await readPasted(pasted))).toEqual({
      contacts: [{ email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace' }, { email: 'bob@example.com' }],
      leftOut: [
        'line 2 (BOB@example.com): the same address as in line 1',
        'line 3 (adda@): there is no e-mail address',
      ],
    })
  })

  test('may be cells of a spreadsheet with their header', async () => {
    expect(said(await readPasted('Name\tEmail\tCompany\nAda Lovelace\tada@example.com\tAcme\n'))).toEqual({
      contacts: [{ email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace', company: 'Acme' }],
      leftOut: [],
    })
  })

  test('with a quote that is not closed is read address by address', async () => {
    const pasted = 'email\n"ada@example.com\nbob@example.com'
    expect((await readPasted(pasted)).contacts.map(({ email }) => email)).toEqual([
      'ada@example.com',
      'bob@example.com',
    ])
  })
})
