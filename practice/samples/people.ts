/** All of these people and companies are invented, and their domains belong to nobody (RFC 2606). */

export interface SampleCompany {
  readonly name: string
  readonly domain: string
  readonly industry: string
  readonly employees: number
  readonly city: string
  readonly region: string
  readonly country: string
  readonly phone: string
}

export type Seniority = 'founder' | 'c_suite' | 'vp' | 'head' | 'director' | 'manager' | 'senior' | 'entry'

export interface SamplePerson {
  readonly email: string
  readonly name: string
  readonly firstName: string
  readonly lastName: string
  readonly title: string
  readonly seniority: Seniority
  readonly company: SampleCompany
}

type Row = readonly [local: string, firstName: string, lastName: string, title: string, seniority: Seniority]

const COMPANIES: readonly (readonly [company: SampleCompany, people: readonly Row[]])[] = [
  [
    {
      name: 'Kestrel & Vane Outdoor',
      domain: 'kestrelvane.example',
      industry: 'sporting goods',
      employees: 320,
      city: 'Leeds',
      region: 'England',
      country: 'United Kingdom',
      phone: '+44 113 496 0120',
    },
    [
      ['imani.okonjo', 'Imani', 'Okonjo', 'Head of Supply Chain', 'head'],
      ['tobias.lindqvist', 'Tobias', 'Lindqvist', 'Demand Planning Manager', 'manager'],
      ['meiling.hsu', 'Mei-Ling', 'Hsu', 'Warehouse Operations Lead', 'senior'],
      ['rafael.quintero', 'Rafael', 'Quintero', 'Chief Operating Officer', 'c_suite'],
      ['saoirse.brannigan', 'Saoirse', 'Brannigan', 'Inventory Analyst', 'entry'],
      ['devon.achterberg', 'Devon', 'Achterberg', 'IT Systems Manager', 'manager'],
    ],
  ],
  [
    {
      name: 'Larkspur Pantry',
      domain: 'larkspurpantry.example',
      industry: 'food & beverages',
      employees: 140,
      city: 'Hamburg',
      region: 'Hamburg',
      country: 'Germany',
      phone: '+49 40 5550 1400',
    },
    [
      ['priya.raghunathan', 'Priya', 'Raghunathan', 'Director of Operations', 'director'],
      ['jonas.feldkamp', 'Jonas', 'Feldkamp', 'Purchasing Manager', 'manager'],
      ['amara.diallo', 'Amara', 'Diallo-Renner', 'Head of Logistics', 'head'],
      ['kenji.morisaki', 'Kenji', 'Morisaki', 'Supply Planner', 'senior'],
      ['beatriz.valadares', 'Beatriz', 'Valadares', 'Chief Financial Officer', 'c_suite'],
    ],
  ],
  [
    {
      name: 'Halden Tooling',
      domain: 'haldentooling.example',
      industry: 'machinery',
      employees: 610,
      city: 'Linz',
      region: 'Upper Austria',
      country: 'Austria',
      phone: '+43 732 555 6100',
    },
    [
      ['oksana.hrytsenko', 'Oksana', 'Hrytsenko', 'Production Planning Manager', 'manager'],
      ['wilhelm.dreyer', 'Wilhelm', 'Dreyer', 'Managing Director', 'c_suite'],
      ['noor.alsabbagh', 'Noor', 'Al-Sabbagh', 'Procurement Lead', 'senior'],
      ['callum.ferrier', 'Callum', 'Ferrier', 'Warehouse Manager', 'manager'],
      ['thandiwe.mokoena', 'Thandiwe', 'Mokoena', 'Continuous Improvement Manager', 'manager'],
    ],
  ],
  [
    {
      name: 'Mossgate Pharmacy Supply',
      domain: 'mossgate.example',
      industry: 'pharmaceuticals',
      employees: 95,
      city: 'Bergen',
      region: 'Vestland',
      country: 'Norway',
      phone: '+47 55 55 09 50',
    },
    [
      ['farid.nazari', 'Farid', 'Nazari', 'Head of Distribution', 'head'],
      ['elin.sorbo', 'Elin', 'Sørbø', 'Quality and Compliance Manager', 'manager'],
      ['grace.adeyinka', 'Grace', 'Adeyinka-Cole', 'Operations Director', 'director'],
      ['marek.wisniowski', 'Marek', 'Wiśniowski', 'Inventory Controller', 'senior'],
      ['hannah.tsosie', 'Hannah', 'Tsosie', 'Customer Operations Manager', 'manager'],
    ],
  ],
  [
    {
      name: 'Corvane Bicycles',
      domain: 'corvane.example',
      industry: 'consumer goods',
      employees: 230,
      city: 'Utrecht',
      region: 'Utrecht',
      country: 'Netherlands',
      phone: '+31 30 555 0230',
    },
    [
      ['lucia.barrientos', 'Lucía', 'Barrientos', 'Chief Operating Officer', 'c_suite'],
      ['pieter.vanwessel', 'Pieter', 'van Wessel', 'Supply Chain Manager', 'manager'],
      ['yuki.tanabe', 'Yuki', 'Tanabe', 'Demand Planner', 'senior'],
      ['siobhan.kilcullen', 'Siobhan', 'Kilcullen', 'Head of Retail', 'head'],
      ['arjun.pillaiyar', 'Arjun', 'Pillaiyar', 'Data Analyst', 'entry'],
      ['mathilde.courcelle', 'Mathilde', 'Courcelle', 'Purchasing Lead', 'senior'],
    ],
  ],
  [
    {
      name: 'Pellworth Home',
      domain: 'pellworth.example',
      industry: 'furniture',
      employees: 460,
      city: 'Bristol',
      region: 'England',
      country: 'United Kingdom',
      phone: '+44 117 496 0460',
    },
    [
      ['olivia.hartnell', 'Olivia', 'Hartnell', 'E-commerce Director', 'director'],
      ['samuel.owusu', 'Samuel', 'Owusu-Brempong', 'Fulfilment Manager', 'manager'],
      ['nadia.karimova', 'Nadia', 'Karimova', 'Merchandising Planner', 'senior'],
      ['ethan.rosewall', 'Ethan', 'Rosewall', 'Head of Finance', 'head'],
    ],
  ],
  [
    {
      name: 'Tamarind Street Foods',
      domain: 'tamarindstreet.example',
      industry: 'food production',
      employees: 48,
      city: 'Antwerp',
      region: 'Flanders',
      country: 'Belgium',
      phone: '+32 3 555 04 80',
    },
    [
      ['leilani', 'Leilani', 'Kahale', 'Operations Manager', 'manager'],
      ['vikram', 'Vikram', 'Sethuraman', 'Founder', 'founder'],
      ['chiara', 'Chiara', 'Montefalco', 'Supply Chain Coordinator', 'entry'],
      ['kwabena', 'Kwabena', 'Ofori-Nyarko', 'Warehouse Supervisor', 'senior'],
      ['agnieszka', 'Agnieszka', 'Zaremska', 'Buyer', 'senior'],
    ],
  ],
  [
    {
      name: 'Ulverholm Marine Parts',
      domain: 'ulverholm.example',
      industry: 'maritime',
      employees: 75,
      city: 'Gothenburg',
      region: 'Västra Götaland',
      country: 'Sweden',
      phone: '+46 31 555 07 50',
    },
    [
      ['h.aasland', 'Henrik', 'Aasland', 'Managing Director', 'c_suite'],
      ['z.qureshi', 'Zainab', 'Qureshi-Holt', 'Parts Operations Manager', 'manager'],
      ['d.volkonin', 'Dmitri', 'Volkonin', 'Purchasing Manager', 'manager'],
      ['r.peake', 'Rosalind', 'Peake', 'Stores Manager', 'manager'],
    ],
  ],
]

export const SAMPLE_COMPANIES: readonly SampleCompany[] = COMPANIES.map(([company]) => company)

export const SAMPLE_PEOPLE: readonly SamplePerson[] = COMPANIES.flatMap(([company, people]) =>
  people.map(([local, firstName, lastName, title, seniority]) => ({
    email: `${local}@${company.domain}`,
    name: `${firstName} ${lastName}`,
    firstName,
    lastName,
    title,
    seniority,
    company,
  })),
)

/** Throws when no sample person's address begins like this. */
export function personAt(local: string): SamplePerson {
  const person = SAMPLE_PEOPLE.find(({ email }) => email.startsWith(`${local}@`))
  if (!person) throw new Error(`nobody's address begins with ${local}@`)
  return person
}
