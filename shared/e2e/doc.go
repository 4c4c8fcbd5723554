// Package e2e tests the product from outside, over HTTP: it reads as the story of what people do with their rooms, and knows
// nothing of how that is done. Every answer that it gets must be as shared/api/openapi.yaml says.
//
//	go test ./shared/e2e                                                         brings the bundle up itself
//	BASE_URL=http://127.0.0.1:3000 go test ./shared/e2e                          against `make run`
//	BASE_URL=… SIGNING_KEY=key.pem EMULATOR=sam-local go test ./shared/e2e       against `sam local start-api`
//	BASE_URL=https://… SIGNING_KEY=key.pem TOKEN_ISSUER=… TOKEN_AUDIENCE=… go test ./shared/e2e    against a deployment
//
// A run makes the people that it needs, in accounts of its own, and clears up after them, so it may be repeated against
// what serves others too. Their tokens are signed with SIGNING_KEY, or else asked for at TOKEN_URL, /oauth/token by default.
//
// # Guesses
//
// All guests that come from one network address share a budget of 20 wrong guesses in ten minutes (I13), and a test run is one
// address. So what has to be guessed is guessed by people who are signed in, who have budgets of their own; the stranger
// without an account guesses until it is told to stop only where the tests can give it an address of its own, which is where
// the bundle runs on this machine. All other guests together guess wrong at most nine times in a run, which TestMain watches:
// a second run within the ten minutes finds the door as open as the first.
//
// # What is left out
//
// What `sam local` cannot emulate stands in emulation_test.go, by name and with the reason. Nothing else is ever skipped.
package e2e
