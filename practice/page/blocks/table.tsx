import { Cell } from './cell.tsx'
import type { TableBlock } from './schema.ts'

/** The first row is the heading, as in Slack. */
export function Table({ block: { rows, column_settings } }: { readonly block: TableBlock }) {
  const [head = [], ...body] = rows
  const alignOf = (column: number) => column_settings?.[column]?.align ?? 'left'
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div className="block-table" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {head.map((cell, column) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns have no other name
              <th key={column} scope="col" data-align={alignOf(column)}>
                <Cell cell={cell} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {body.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name
            <tr key={index}>
              {row.map((cell, column) => (
                <td
                  // biome-ignore lint/suspicious/noArrayIndexKey: columns have no other name
                  key={column}
                  data-align={alignOf(column)}
                  data-wrap={column_settings?.[column]?.is_wrapped ?? false}
                >
                  <Cell cell={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
