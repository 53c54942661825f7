import { randomUUID } from 'node:crypto'

import type { PersonExport } from '../core/export-person.ts'
import type { Uploads } from './upload.ts'
import { collectingView, personExportView } from './views/person-export.ts'
import { goneView } from './views/problem.ts'

export interface PersonExportsDeps {
  readonly uploads: Pick<Uploads, 'send'>
  /** Undefined where the contact is gone. */
  readonly exportPerson: (id: number, by: string) => Promise<PersonExport | undefined>
}

/** Sends somebody (a Slack user id) everything that is known of a contact, as a file. */
export function personExports({ uploads, exportPerson }: PersonExportsDeps) {
  return ({ id, by }: { readonly id: number; readonly by: string }): void =>
    uploads.send({
      to: by,
      key: `export:${randomUUID()}`,
      about: 'the export of a person',
      waiting: collectingView(),
      async make() {
        const exported = await exportPerson(id, by)
        if (!exported) return { instead: goneView() }
        const content = new Blob([exported.json], { type: 'application/json' })
        return { name: fileName(exported.email), content, comment: personExportView(exported) }
      },
    })
}

/** The address, as far as every system takes it in the name of a file. */
function fileName(email: string): string {
  return `${email.replace(/[^\p{L}\p{N}.@+_-]/gu, '_').slice(0, 100)}.json`
}
