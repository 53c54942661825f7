import fc from 'fast-check'

// The same random input in every run, so that a change is judged by what it changes. Another seed looks further:
// `FUZZ_SEED=7 npm test`.
fc.configureGlobal({ seed: Number(process.env.FUZZ_SEED ?? 1) })
