// Package attack attacks the running product: the real executables behind their routes, DynamoDB Local and a real
// clock. Attackers, and people who share an address with them, send HTTP requests from many network addresses, some of
// them at once. Each test is named after what must hold, and begins with its rule of shared/meeting/RULES.md.
//
//	go test ./shared/dev/proof/attack
//
// The bundle trusts a proxy (TrustedProxy of template.yaml), and the tests are that proxy: so they name the address
// that a request comes from, as CloudFront does.
//
// What needs minutes or days to pass is not here, because this clock is real: leases that end, the next ten minutes of
// a budget, quarantine. The scenarios of package rules hold that, and every answer of a single use case.
package attack
