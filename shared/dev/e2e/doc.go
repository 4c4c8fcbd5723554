// Package e2e tests the product from outside, over HTTP: it reads as the story of what people do with their rooms, and knows
// nothing of how that is done. Every answer that it gets must be as shared/api/openapi.yaml says.
//
//	go test ./shared/dev/e2e                                                         brings the bundle up itself
//	BASE_URL=http://127.0.0.1:3000 go test ./shared/dev/e2e                          against `make run`
//	BASE_URL=https://… SIGNING_KEY=key.pem TOKEN_ISSUER=… TOKEN_AUDIENCE=… go test ./shared/dev/e2e    against a deployment
//
// A run makes the people that it needs, in accounts of its own, and clears up after them, so it may be repeated against
// what serves others too. Their tokens are signed with SIGNING_KEY, or else asked for at TOKEN_URL, /oauth/token by default.
//
// For a deployment there are more variables. SIGNING_KEY_ID is the id under which the issuer publishes the key. EVENT_BUS is the output
// EventBusName, for commands; they are put on the bus with AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, at
// AWS_ENDPOINT_URL if that is given. MEDIA_LISTEN is the address of MediaUrl, where the tests are the media server, with the secret
// MEDIA_SECRET. EMULATOR is the name of the AWS emulator that the deployment is on: `make deploy-local` sets all of them.
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
// What an emulator cannot do, and what cannot be reached in a deployment elsewhere, is in emulation_test.go, by name and with the reason.
// Nothing else is ever skipped.
package e2e
