import { expect, test } from 'vitest'

import { TREATMENT } from '../../../src/core/erasure/tables.ts'
import { getTableName } from '../../../src/core/store/drizzle.ts'
import * as tables from '../../../src/core/store/schema.sqlite.ts'

test('says of every table what erasing somebody does with it', () => {
  expect(Object.keys(TREATMENT).toSorted()).toEqual(Object.values(tables).map(getTableName).toSorted())
})
