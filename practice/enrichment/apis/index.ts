import type { Api } from '../api.ts'
import { apollo } from './apollo.ts'
import { dropcontact } from './dropcontact.ts'
import { hunter } from './hunter.ts'
import { millionverifier } from './millionverifier.ts'
import { pdl } from './pdl.ts'
import { reacher } from './reacher.ts'
import { zerobounce } from './zerobounce.ts'

export const APIS: readonly Api[] = [apollo, dropcontact, hunter, pdl, zerobounce, millionverifier, reacher]
