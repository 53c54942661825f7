import type { InterchangeContact } from '../interchange.ts'
import type { Column } from './columns.ts'
import type { Encoding } from './encoding.ts'

/** What a look at a list told; plain data, which can be kept beside the bytes. */
export interface Inspection {
  readonly format: 'table' | 'text' | 'json'
  /** What `ReadRow.at` counts. */
  readonly unit: 'row' | 'line' | 'entry'
  /** What the header calls the columns; null where there is none. */
  readonly header: readonly string[] | null
  /** A guess, empty where there are no columns; undefined where no column holds addresses. A column that is not listed is left out. */
  readonly columns: readonly Column[] | undefined
  /** Headers that nobody recognised, in their order: worth asking about. Each becomes a field of the contact's own. */
  readonly unknown: readonly string[]
  /** The first rows, without the header. */
  readonly sample: readonly (readonly string[])[]
  /** Sentences that whoever imports should read first. */
  readonly warnings: readonly string[]

  readonly encoding: Encoding
  /** What separates the cells of a table. */
  readonly delimiter: string | null
  /** How many rows there are up to the header, with it; 0 where there is none. */
  readonly headerAt: number
  /** In bytes. */
  readonly size: number
}

/** What a cell says about writing to somebody, and nobody understands. */
export interface UnclearWord {
  /** What the column is called. */
  readonly column: string
  readonly text: string
  /** The column is about nothing else; else the words suppress nobody because of where they stand. */
  readonly isUsual: boolean
}

/** A contact, or what makes none. */
export type ReadRow =
  | {
      /** Counted from one, as the program counts that shows the list. Two addresses in one line share it. */
      readonly at: number
      readonly contact: InterchangeContact
      /** A question such as "Did you mean ada@gmail.com?"; the address is left as it is. */
      readonly suggestion?: string
      readonly unclear?: readonly UnclearWord[]
      /** The cells of a table as they were given. */
      readonly cells?: readonly string[]
    }
  | {
      readonly at: number
      /** What stands there in place of an address. */
      readonly value: string
      /** Ends the sentence "Row 3 was left out: …". */
      readonly reason: string
      readonly cells?: readonly string[]
    }

export interface HowToRead {
  readonly inspection: Inspection
  /** In place of those that were guessed. */
  readonly columns?: readonly Column[] | undefined
  /** So many rows were dealt with before: they are passed over. */
  readonly skip?: number | undefined
  /** Gets those, too, of which nothing is made where nobody wants them. */
  readonly onSkipped?: ((row: ReadRow) => void) | undefined
  /**
   * Since when somebody is unsubscribed or bounced of whom the list says so without a date, UTC
   * milliseconds; without it the list's word stays a field of the contact's own.
   */
  readonly listedAt?: number | undefined
}
