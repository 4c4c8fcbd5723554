// Package e2e tests a deployment from outside, over HTTP: what people do with their rooms, from sign-up to a past
// meeting, and what only a deployment shows (authorizer, routes, webhooks, events, automation). The tests of the
// functions and of the domain hold the rules and the refusals. Every answer must conform to shared/api/openapi.yaml.
//
//	go test ./shared/dev/e2e                                        starts the bundle on this machine
//	BASE_URL=http://127.0.0.1:3000 go test ./shared/dev/e2e         against `make run`
//	BASE_URL=https://… SIGNING_KEY=key.pem TOKEN_ISSUER=… TOKEN_AUDIENCE=… go test ./shared/dev/e2e    a deployment
//
// Each test makes new users in accounts of its own, so a run may be repeated on a deployment that serves others. The
// tests sign the users' tokens with SIGNING_KEY; by default with the key that `make run` keeps.
//
// More variables for a deployment: SIGNING_KEY_ID is the id under which the issuer publishes the key. EVENT_BUS is the
// output EventBusName; commands are put there with AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
// AWS_SESSION_TOKEN, at AWS_ENDPOINT_URL if it is given. MEDIA_LISTEN is the address of MediaUrl: the tests are the
// media server, with the secret MEDIA_SECRET. EMULATOR is the name of the AWS emulator that the deployment is on. `make
// deploy-local` sets all of them.
//
// exclusions_test.go lists by name what an emulator cannot do. Nothing else is skipped.
package e2e
