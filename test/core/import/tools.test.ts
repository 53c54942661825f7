import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { inspect } from '../../../src/core/import/read.ts'
import { sourceOf } from '../../../src/core/import/source.ts'
import { broughtFrom } from './support.ts'

function fileOf(tool: string) {
  const name = `${tool}.csv`
  return sourceOf(name, readFileSync(join(import.meta.dirname, '../../fixtures/import', name)))
}

const LISTED = Date.UTC(2026, 2, 1)

test.each(['hubspot', 'apollo', 'instantly', 'smartlead', 'lemlist', 'mailchimp', 'google-contacts', 'linkedin'])(
  'the export of %s raises no questions',
  async (tool) => {
    expect(await inspect(fileOf(tool))).toMatchObject({ unknown: [], warnings: [] })
  },
)

async function broughtBy(tool: string) {
  return await broughtFrom(fileOf(tool), { listedAt: LISTED })
}

test('HubSpot: phones by country, owners who are not ours as text, who unsubscribed', async () => {
  expect(await broughtBy('hubspot')).toEqual({
    contacts: [
      {
        email: 'ada.lovelace@analytical.example',
        firstName: 'Ada',
        lastName: 'Lovelace',
        company: 'Analytical Engines Ltd',
        title: 'Head of Operations',
        createdAt: Date.UTC(2025, 10, 3, 9, 12),
        enrichment: { phone: '+442079460018', linkedinUrl: 'https://www.linkedin.com/in/ada-lovelace-0' },
        customFields: {
          'Record ID': '151',
          'Lead Status': 'Open',
          'Marketing contact status': 'Marketing contact',
          'Associated Company IDs': '9001',
          'Lifecycle Stage': 'Lead',
          'Country/Region': 'United Kingdom',
          'Contact owner': 'Grace Field',
        },
      },
      expect.objectContaining({
        email: 'jl.ampere@courant.example',
        firstName: 'Jean-Luc',
        lastName: 'Ampère',
        company: 'Courant & Fils',
        enrichment: { phone: '+33199001234' },
        suppression: { reason: 'unsubscribed', since: LISTED, event: 'import' },
      }),
      expect.objectContaining({ email: 'info@leer.example', createdAt: Date.UTC(2026, 0, 15, 8) }),
    ],
    leftOut: [],
  })
})

test('Apollo: phones without their apostrophe, seniority, size, and whether the address was verified when', async () => {
  const { contacts, leftOut } = await broughtBy('apollo')
  expect(contacts).toMatchObject([
    {
      email: 'maria.novakova@brightforge.example',
      firstName: 'Maria',
      lastName: 'Nováková',
      title: 'VP Sales',
      company: 'Brightforge',
      emailEvidence: { status: 'valid', source: 'import', at: Date.UTC(2026, 1, 10, 8, 15) },
      enrichment: {
        phone: '+420601123456',
        linkedinUrl: 'https://www.linkedin.com/in/maria-novakova',
        industry: 'machinery',
        seniorityLevel: 'vp',
        companySize: '51-200',
      },
      customFields: {
        'Mobile Phone': '+420 601 999 888',
        'Secondary Email': 'm.novakova@gmail.com',
        Departments: 'Sales, Master Sales',
        'Contact Owner': 'sam@us.example',
        Website: 'http://www.brightforge.example',
      },
    },
  ])
  expect(leftOut).toEqual(['row 3 (Tom): there is no e-mail address'])
})

test('Instantly: international addresses, cells of several lines, the campaign', async () => {
  expect((await broughtBy('instantly')).contacts).toMatchObject([
    {
      email: 'li.wei@harbourlane.example',
      title: 'Purchasing Manager',
      sourceCampaign: 'Q1 outreach',
      enrichment: { phone: '+6591230000', linkedinUrl: 'https://www.linkedin.com/in/li-wei' },
      customFields: { Personalization: 'Loved your post about cranes, Li.', 'Lead Status': 'Contacted' },
    },
    {
      email: 'sören@nordlicht.example',
      lastName: 'Ångström',
      company: 'Nordlicht GmbH',
      customFields: { Personalization: 'Zwei Zeilen:\neine, noch eine' },
    },
  ])
})

test('Smartlead: fields of their own out of one cell, states of a campaign as text', async () => {
  const { contacts } = await broughtBy('smartlead')
  expect(contacts).toMatchObject([
    {
      email: 'noor@cedarworks.example',
      createdAt: Date.UTC(2026, 1, 1, 12),
      enrichment: { phone: '+9611999000', linkedinUrl: 'https://www.linkedin.com/in/noor-haddad' },
      customFields: { Plan: 'Team', Seats: 12, Note: '👋 hello', status: 'COMPLETED', location: 'Beirut' },
    },
    { email: 'ivo@cedarworks.example', suppression: { reason: 'unsubscribed', since: LISTED } },
  ])
  expect(contacts[0]).not.toHaveProperty('suppression')
  expect(contacts[0]?.customFields).not.toHaveProperty('Empty')
})

test('Lemlist: semicolons, and an address with its name', async () => {
  expect((await broughtBy('lemlist')).contacts).toMatchObject([
    {
      email: 'greta@windmark.example',
      firstName: 'Greta',
      lastName: 'Thiel',
      company: 'Windmark',
      title: 'Einkaufsleiterin',
      sourceCampaign: 'Herbst 2026',
      enrichment: { phone: '+494099988877' },
      customFields: { icebreaker: 'Moin Greta!', emailStatus: 'deliverable' },
    },
    { email: 'karl@kiez.example', firstName: 'Karl', lastName: 'Kiez' },
  ])
})

test('Mailchimp: tags in their quotes, and when somebody unsubscribed', async () => {
  expect((await broughtBy('mailchimp')).contacts).toMatchObject([
    {
      email: 'olga@example.com',
      tags: ['newsletter', 'spring fair'],
      enrichment: { phone: '+12175550142' },
      suppression: { reason: 'unsubscribed', since: Date.UTC(2025, 9, 9, 7, 12, 44), event: 'import' },
    },
  ])
})

test('Google Contacts: the first of several addresses and numbers, the others beside it', async () => {
  const { contacts, leftOut } = await broughtBy('google-contacts')
  expect(contacts).toMatchObject([
    {
      email: 'priya@monsoonlabs.example',
      company: 'Monsoon Labs',
      title: 'Research Lead',
      tags: ['Friends', 'myContacts'],
      enrichment: { phone: '+912099001234' },
      customFields: {
        Notes: 'Met in Pune\nlikes chess',
        'E-mail 2 - Value': 'priya.raman@example.net',
        'Other addresses': 'p.raman@monsoonlabs.example',
      },
    },
  ])
  expect(leftOut).toEqual(['row 3 (Dentist): there is no e-mail address'])
})

test('LinkedIn: the notes before the header are no people, and most give no address', async () => {
  const { contacts, leftOut } = await broughtBy('linkedin')
  expect(contacts).toMatchObject([
    {
      email: 'ines@azulejo.example',
      firstName: 'Inês',
      lastName: 'Carvalho, PhD',
      title: 'Sócia, fundadora',
      enrichment: { linkedinUrl: expect.stringMatching(/^https:\/\/www\.linkedin\.com\/in\/in/) },
      customFields: { 'Connected On': '02 Jan 2026' },
    },
  ])
  expect(leftOut).toEqual(['row 5 (Kofi): there is no e-mail address'])
})
