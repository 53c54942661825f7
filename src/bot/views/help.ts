import { context, header, type Message, message, section } from '../blocks.ts'
import { type Mrkdwn, mrkdwn } from '../mrkdwn.ts'

const EXAMPLES = mrkdwn`\`/crm ada@example.com\` the contact card: status, score, what happened last
\`/crm lookup Ada Lovelace\` the same by name; \`/crm lookup\` alone suggests people while you type
\`/crm acme.com\` the people of a company
\`/crm search ada status:engaged tag:vip\` everybody with these words and filters; \`/crm list owner:me since:7d\` by filters alone
\`/crm company acme.com\` the same with what they did together
\`/crm campaign Spring launch\` what became of a campaign; \`/crm campaign\` lists them
\`/crm add ada@example.com\` a form for one new contact
\`/crm import\` many at once: a CSV, or addresses that you paste; shows first what would happen, and can be undone
\`/crm export tag:vip\` contacts as a CSV, with the filters of \`list\`; \`/crm export json\` with their whole history
\`/crm note ada@example.com Call her in May\` a note, and likewise \`tag\` and \`untag\`
\`/crm assign "Ada Lovelace" me\` the owner of a contact
\`/crm status ada@example.com converted\` or \`disqualified\`, and \`open\` to take that back
\`/crm enrich ada@example.com\` finds company, title and LinkedIn, and whether the address works
\`/crm enrich campaign:"Spring launch" status:new\` the same for many, with the cost shown first
\`/crm stats 30d\` contacts and engagement of the last 7, 30 or 90 days; also \`/crm stats campaign:"Spring launch" tag:vip\`
\`/crm forget ada@example.com\` erases a person for good, and keeps them out; for admins
\`/crm alerts\` what you are told when, and where; and your quiet hours
\`/crm digest\` when the daily digest comes, and where; \`/crm digest preview\` what it would say now
\`/crm health\` whether the e-mail tools are heard, and what to do where one is not
\`/crm help\` this page`

export function helpView(): Message {
  return message(
    mrkdwn`What you can ask: /crm followed by an address, a name or a domain, or /crm search, /crm list, /crm add, /crm import, /crm export, /crm note, /crm tag, /crm assign, /crm status, /crm enrich, /crm company, /crm campaign, /crm stats, /crm alerts, /crm digest or /crm health.`,
    help(),
  )
}

function help() {
  return [
    header('Ask the CRM'),
    section(EXAMPLES),
    context(ONLY_YOU, mrkdwn`Addresses may be pasted in any form, with a name, brackets or \`mailto:\``),
  ]
}

const ONLY_YOU: Mrkdwn = mrkdwn`Only you see the answers`
