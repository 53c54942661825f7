import { describe, expect, test } from 'vitest'

import { addressKey } from '../../../src/core/address.ts'
import { columnsFrom } from '../../../src/core/import/column-words.ts'
import { countRows, inspect, readRows } from '../../../src/core/import/read.ts'
import { sourceOf } from '../../../src/core/import/source.ts'
import { brought, broughtFrom, inBits } from './support.ts'

describe('a table', () => {
  test('brings in what its header names, and the rest as fields of its own', async () => {
    const csv = `Email,First Name,Last Name,Company,Job Title,Tags,Phone
ada@example.com,Ada,Lovelace,Analytical Engines,CTO,"vip, conference",+44 20 7946 0018
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
          enrichment: { phone: '+442079460018' },
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

  test('may have spaces after its quotes', async () => {
    expect(
      (await brought('name,email,company\n"Lovelace, Ada" ,"ada@example.com"\t,"Acme ""A"" Inc" \n')).contacts,
    ).toEqual([{ email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace', company: 'Acme "A" Inc' }])
  })

  test('may end its rows in several ways', async () => {
    const { contacts } = await brought('email\r\na@example.com\nb@example.com\rc@example.com')
    expect(contacts.map(({ email }) => email)).toEqual(['a@example.com', 'b@example.com', 'c@example.com'])
  })

  test('is read whole where it comes in many pieces', async () => {
    const people = Array.from({ length: 5000 }, (_, n) => `zoë${n}@example.com,Zoë Müller-${'ß'.repeat(n % 7)}`)
    const { contacts } = await broughtFrom(inBits('people.csv', `email,company\n${people.join('\n')}`, 10_001))
    expect(contacts.map(({ email, company }) => `${email},${company}`)).toEqual(people)
  })

  test('lets others work while it is read', async () => {
    const people = Array.from({ length: 5000 }, (_, n) => `person${n}@example.com`)
    let turns = 0
    let next = setImmediate(function turn() {
      turns += 1
      next = setImmediate(turn)
    })
    await brought(people.join('\n'))
    clearImmediate(next)
    expect(turns).toBeGreaterThan(5)
  })

  test('without a header brings in the addresses of the column that holds them, and says so', async () => {
    expect(await brought('Ada,ada@example.com,Acme\nBob,bob@example.com,\n')).toEqual({
      contacts: [{ email: 'ada@example.com' }, { email: 'bob@example.com' }],
      leftOut: [],
      warnings: [expect.stringContaining('No row names the columns')],
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

  test('takes the other address where the chosen column has none', async () => {
    const csv = `Email,Work Email,Owner
a@x.example,,eve@us.example
,w2@x.example,eve@us.example
n/a,w3@x.example,
,,eve@us.example
b@x.example,w5@x.example,
c@x.example,,
`
    expect(await brought(csv)).toEqual({
      contacts: [
        { email: 'a@x.example', customFields: { Owner: 'eve@us.example' } },
        { email: 'w2@x.example', customFields: { 'Work Email': 'w2@x.example', Owner: 'eve@us.example' } },
        { email: 'w3@x.example', customFields: { Email: 'n/a', 'Work Email': 'w3@x.example' } },
        { email: 'b@x.example', customFields: { 'Work Email': 'w5@x.example' } },
        { email: 'c@x.example' },
      ],
      leftOut: ['row 5 (eve@us.example): the column Email is empty'],
    })
  })

  test('takes what a tool calls the second address where the first is empty', async () => {
    const csv = 'Email,Personal Email,Owner Email\na@x.example,,\n,b@y.example,eve@us.example\n'
    expect((await inspect(sourceOf('people.csv', csv))).unknown).toEqual(['Owner Email'])
    const { contacts } = await brought(csv)
    expect(contacts.map(({ email }) => email)).toEqual(['a@x.example', 'b@y.example'])
  })

  test('has no header that holds an address', async () => {
    const csv = 'Contact,Prefers,Reach\nAda,Email,ada1@x.example\nBob,Phone,bob1@x.example\n'
    expect((await brought(csv)).contacts).toEqual([
      { email: 'ada1@x.example', customFields: { Contact: 'Ada', Prefers: 'Email' } },
      { email: 'bob1@x.example', customFields: { Contact: 'Bob', Prefers: 'Phone' } },
    ])
  })

  test('whose quotes swallowed people into a name costs that row', async () => {
    const csv = 'name,email\n"Ada,a@x.example\nBob,b@x.example\nCarl",c@x.example\n"Dora\nDove",d@x.example\n'
    expect(await brought(csv)).toEqual({
      contacts: [{ email: 'd@x.example', firstName: 'Dora', lastName: 'Dove' }],
      leftOut: ['row 2 (c@x.example): the column name holds a line break and an address; is a quote there not closed?'],
    })
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
        { email: 'ADA@example.com', firstName: 'Ada', lastName: 'again' },
        { email: 'bob@example.com', firstName: 'Bob', lastName: 'Byron' },
      ],
      leftOut: [
        'row 4 (adda@): this is not an e-mail address',
        'row 5 (Nobody): there is no e-mail address',
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
  const pasted = async (text: string) => await brought(text, 'what you pasted')

  test('is read address by address', async () => {
    expect(await pasted('Ada Lovelace <ada@example.com>; bob@example.com\nBOB@example.com\nadda@\n')).toEqual({
      contacts: [
        { email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace' },
        { email: 'bob@example.com' },
        { email: 'BOB@example.com' },
      ],
      leftOut: ['line 3 (adda@): there is no e-mail address'],
    })
  })

  test('may be cells of a spreadsheet with their header', async () => {
    expect(await pasted('Name\tEmail\tCompany\nAda Lovelace\tada@example.com\tAcme\n')).toEqual({
      contacts: [{ email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace', company: 'Acme' }],
      leftOut: [],
    })
  })

  test('is a table too where one column, and no other, holds an address below a name', async () => {
    const { contacts } = await pasted('Who,Reach at\nAda,ada@example.com\nBob,bob@example.com\n')
    expect(contacts).toEqual([
      { email: 'ada@example.com', customFields: { Who: 'Ada' } },
      { email: 'bob@example.com', customFields: { Who: 'Bob' } },
    ])
    expect((await pasted('Hi, please add\nada@example.com, bob@example.com')).contacts).toHaveLength(2)
  })

  test('with a quote that is not closed is read address by address', async () => {
    const { contacts } = await pasted('email\n"ada@example.com\nbob@example.com')
    expect(contacts.map(({ email }) => email)).toEqual(['ada@example.com', 'bob@example.com'])
  })

  test('may be one line of any length', async () => {
    const people = Array.from({ length: 20_000 }, (_, n) => `"Person, ${n}" <person${n}@example.com>`)
    const { contacts, leftOut } = await broughtFrom(inBits('what you pasted', people.join(', '), 9_999))
    expect(contacts.map(({ email, firstName, lastName }) => `"${lastName}, ${firstName}" <${email}>`)).toEqual(people)
    expect(leftOut).toEqual([])
    await expect(brought('a'.repeat(200_000), 'list.txt')).rejects.toThrow(
      'Line 1 of list.txt is longer than 64,000 characters without an address.',
    )
  })

  test('counts its lines over all pieces', async () => {
    const lines = Array.from({ length: 9 }, (_, n) => `person${n}@example.com`).join('\r\n')
    for (const size of [1, 2, 5]) {
      const { leftOut } = await broughtFrom(inBits('list.txt', `${lines}\r\nnobody\r\rnobody`, size))
      expect(leftOut).toEqual([
        'line 10 (nobody): there is no e-mail address',
        'line 12 (nobody): there is no e-mail address',
      ])
    }
  })
})

describe('several addresses in one cell', () => {
  test.each([
    ['ada@x.example; bob@x.example', 'ada@x.example', 'bob@x.example'],
    ['ada@x.example, Bob <bob@x.example>,eve@x.example', 'ada@x.example', 'bob@x.example, eve@x.example'],
    ['ada@x.example ::: bob@x.example', 'ada@x.example', 'bob@x.example'],
    ['ada@x.example\nbob@x.example', 'ada@x.example', 'bob@x.example'],
    ['n/a; bob@x.example', 'bob@x.example', undefined],
  ])('%j are the address and the others beside it', async (cell, email, others) => {
    const { contacts } = await brought(`email,name\n"${cell}",Ada\n`)
    expect(contacts).toEqual([
      { email, firstName: 'Ada', ...(others ? { customFields: { 'Other addresses': others } } : {}) },
    ])
  })
})

test('both spellings of an international domain are one person', async () => {
  const { contacts } = await brought('email\nada@bücher.example\nADA@xn--bcher-kva.example\n')
  expect(new Set(contacts.map(({ email }) => addressKey(String(email)))).size).toBe(1)
})

describe('columns that somebody chose', () => {
  const source = sourceOf('people.csv', 'Who,Reach at,Fun\nAda,ada@example.com,yes\n')

  test('are read as they say, and the others left out', async () => {
    const columns = [
      { index: 0, field: 'name' },
      { index: 1, field: 'email' },
    ] as const
    expect((await broughtFrom(source, { columns })).contacts).toEqual([{ email: 'ada@example.com', firstName: 'Ada' }])
  })

  test('are asked about where nobody knows their names', async () => {
    expect(await inspect(source)).toMatchObject({
      header: ['Who', 'Reach at', 'Fun'],
      unknown: ['Who', 'Fun'],
      columns: [
        { index: 0, custom: 'Who' },
        { index: 1, field: 'email' },
        { index: 2, custom: 'Fun' },
      ],
      sample: [['Ada', 'ada@example.com', 'yes']],
    })
  })

  test('have to hold addresses', async () => {
    await expect(broughtFrom(source, { columns: [{ index: 0, field: 'name' }] })).rejects.toThrow(
      'No column of people.csv holds e-mail addresses.',
    )
  })
})

describe('columns that somebody names', () => {
  const source = sourceOf('people.csv', 'Email,Work Email,Nickname,First name\na@x.example,w@x.example,Addie,Ada\n')

  test('leave what stood there before as a field of its own', async () => {
    const inspection = await inspect(source)
    const columns = columnsFrom('Work Email=email, Nickname=firstName', inspection)
    expect((await broughtFrom(source, { columns })).contacts).toEqual([
      { email: 'w@x.example', firstName: 'Addie', customFields: { Email: 'a@x.example', 'First name': 'Ada' } },
    ])
  })

  test('leave out what somebody leaves out', async () => {
    const columns = columnsFrom('Work Email=email, Email=-', await inspect(source))
    const [ada] = (await broughtFrom(source, { columns })).contacts
    expect(ada).toMatchObject({ email: 'w@x.example' })
    expect(ada).not.toHaveProperty('customFields.Email')
  })
})

test('what a field cannot take is kept as text under the name of its column', async () => {
  const csv = `Email,Status,Owner,Created,Phone,Suppression,Email status
ada@example.com,Working,Sam,last week,n/a,no idea,great
bob@example.com,Engaged,U0123ABCD,2026-01-02,+49 30 990011,,valid
`
  const { contacts } = await brought(csv)
  expect(contacts).toEqual([
    {
      email: 'ada@example.com',
      customFields: {
        Status: 'Working',
        Owner: 'Sam',
        Created: 'last week',
        Phone: 'n/a',
        Suppression: 'no idea',
        'Email status': 'great',
      },
    },
    {
      email: 'bob@example.com',
      status: 'engaged',
      owner: 'U0123ABCD',
      createdAt: Date.UTC(2026, 0, 2),
      enrichment: { phone: '+4930990011' },
      // Nobody says when it was.
      customFields: { 'Email status': 'valid' },
    },
  ])
})

test.each([
  ['+44 20 7946 0018', '', '+442079460018'],
  ['0044 20 7946 0018', '', '+442079460018'],
  ['020 7946 0018', 'United Kingdom', '+442079460018'],
  ['020 7946 0018', 'gb', '+442079460018'],
  ['030 990011', 'Deutschland', '+4930990011'],
  ['+44 (0)20 7946 0018', '', '+442079460018'],
  ['+4402079460018', '', '+442079460018'],
  ["'+442079460018", '', '+442079460018'],
  ['020 7946 0018', '', '020 7946 0018'],
  ['020 7946 0018', 'Atlantis', '020 7946 0018'],
  ['+44 20 7946 0018; +44 20 7946 0019', '', '+442079460018'],
])('the number %s in %j is %s', async (phone, country, read) => {
  const { contacts } = await brought(`email,phone,country\na@example.com,"${phone}",${country}\n`)
  expect(contacts[0]?.enrichment).toEqual({ phone: read })
})

test('the apostrophe that guards a cell is no part of it, in a header neither', async () => {
  const { contacts } = await brought('"email","\'=Sum","phone"\r\n"\'+ada@example.com","\'-1","\'+442079460018"\r\n')
  expect(contacts).toEqual([
    { email: '+ada@example.com', customFields: { '=Sum': '-1' }, enrichment: { phone: '+442079460018' } },
  ])
})

test('a row that is longer than those before keeps its cells', async () => {
  const rows = Array.from({ length: 80 }, (_, n) => `person${n}@example.com,x${n === 79 ? ',extra' : ''}`)
  const { contacts } = await brought(`email,company\n${rows.join('\n')}\n`)
  expect(contacts.at(-1)).toMatchObject({ company: 'x', customFields: { 'Column 3': 'extra' } })
})

test('a cell that swallowed its neighbours costs one row, and names its column', async () => {
  const csv = `email,note\nada@example.com,"${'x'.repeat(33_000)}"\nbob@example.com,fine`
  expect(await brought(csv)).toEqual({
    contacts: [{ email: 'bob@example.com', customFields: { note: 'fine' } }],
    leftOut: ['row 2 (ada@example.com): a cell has more than 32,000 characters (note); is a quote not closed?'],
  })
})

describe('what is too long for its field', () => {
  const emoji = '\u{1f600}'

  test('is cut there, and kept whole beside it', async () => {
    const name = 'Ada '.repeat(1500).trim()
    const { contacts } = await brought(
      `email,First name,Company,Campaign\na@x.example,${name},${'c'.repeat(6000)},Q1\n`,
    )
    expect(contacts).toEqual([
      {
        email: 'a@x.example',
        firstName: 'Ada '.repeat(50).trim(),
        company: 'c'.repeat(200),
        sourceCampaign: 'Q1',
        customFields: { 'First name': name, Company: 'c'.repeat(6000) },
      },
    ])
  })

  test('is cut between characters', async () => {
    const text = `${'a'.repeat(199)}${emoji}${'b'.repeat(9)}`
    const { contacts } = await brought(`email,Last name\na@x.example,${text}\n`)
    expect(contacts).toMatchObject([{ lastName: `${'a'.repeat(199)}${emoji}`, customFields: { 'Last name': text } }])
  })

  test('is kept beside both parts of a whole name', async () => {
    const text = `Ada ${'x'.repeat(6000)}`
    const { contacts } = await brought(`email,Name\na@x.example,${text}\n`)
    expect(contacts).toEqual([
      { email: 'a@x.example', firstName: 'Ada', lastName: 'x'.repeat(200), customFields: { Name: text } },
    ])
  })

  test('is kept beside a name that was pasted', async () => {
    const { contacts } = await brought(`Ada ${'x'.repeat(300)} <a@x.example>`, 'what you pasted')
    expect(contacts).toMatchObject([
      { firstName: 'Ada', lastName: 'x'.repeat(200), customFields: { Name: `Ada ${'x'.repeat(300)}` } },
    ])
  })

  test('is kept where it was a tag', async () => {
    const tag = `${'t'.repeat(99)}${emoji}s`
    const { contacts } = await brought(`email,Tags\na@x.example,"vip, ${tag}"\n`)
    expect(contacts).toMatchObject([
      { tags: ['vip', `${'t'.repeat(99)}${emoji}`], customFields: { Tags: `vip, ${tag}` } },
    ])
  })

  test.each(['people.csv', 'people.txt', 'people.json'])(
    'is told in whole characters where %s has it for an address',
    async (name) => {
      const text = `${'x'.repeat(319)}${emoji}`
      const list = name.endsWith('json')
        ? JSON.stringify({ [text]: {} })
        : `${name.endsWith('csv') ? 'email\n' : ''}${text}\n`
      const { leftOut } = await brought(list, name)
      expect(leftOut).toHaveLength(1)
      expect(leftOut[0]).toContain(`(${'x'.repeat(319)}`)
      expect(leftOut.join().isWellFormed()).toBe(true)
    },
  )
})

test.each([
  ['people.csv', 'email\na@x.example\nnobody\nb@x.example\nc@x.example\n'],
  ['people.txt', 'a@x.example, b@x.example\nnobody\nc@x.example'],
  ['people.json', '{"a@x.example":{},"nobody":{},"b@x.example":{},"c@x.example":{}}'],
])('the reading of %s goes on after what was dealt with', async (name, text) => {
  const source = sourceOf(name, text)
  const inspection = await inspect(source)
  const all = await Array.fromAsync(readRows(source, { inspection }))
  expect(all).toHaveLength(4)
  expect(await countRows(source, { inspection })).toBe(4)
  for (let skip = 0; skip <= 4; skip += 1) {
    expect(await Array.fromAsync(readRows(source, { inspection, skip }))).toEqual(all.slice(skip))
  }
})

test('what an inspection found can be kept as JSON', async () => {
  const source = sourceOf('people.csv', 'Who;Email\nAda;ada@example.com\n')
  const inspection: Awaited<ReturnType<typeof inspect>> = JSON.parse(JSON.stringify(await inspect(source)))
  expect(await Array.fromAsync(readRows(source, { inspection }))).toMatchObject([
    { contact: { email: 'ada@example.com', customFields: { Who: 'Ada' } } },
  ])
})
