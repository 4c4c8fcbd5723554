//go:build translator

package template_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"personal-rooms/shared/dev/template"
)

// values are parameters of the template.
type values map[string]string

const (
	certificate = "arn:aws:acm:us-east-1:000000000000:certificate/00000000-0000-0000-0000-000000000000"
	mediaSecret = "arn:aws:secretsmanager:us-east-1:000000000000:secret:media-AbCdEf"
	mediaKey    = "arn:aws:kms:us-east-1:000000000000:key/00000000-0000-0000-0000-000000000000"
	doorbellKey = "arn:aws:secretsmanager:us-east-1:000000000000:secret:rooms-doorbell-key-AbCdEf"
	webhookKey  = "arn:aws:secretsmanager:us-east-1:000000000000:secret:rooms-webhook-key-AbCdEf"
	identity    = "arn:aws:ses:us-east-1:000000000000:identity/example.com"
)

var (
	issuer  = values{"TokenIssuer": "https://issuer.example.com", "TokenAudience": "rooms"}
	domain  = values{"DomainName": "meet.example.com", "CertificateArn": certificate}
	liveKit = values{
		"Media":          "livekit",
		"MediaUrl":       "wss://media.example.com",
		"MediaKey":       "APIkey",
		"MediaSecretArn": mediaSecret,
	}
	jitsi = values{
		"Media":          "jitsi",
		"MediaUrl":       "https://video.example.com",
		"MediaKey":       "rooms",
		"MediaSecretArn": mediaSecret,
	}
)

// choices are the usual combinations of parameters. A deployment takes one of each row. The first is the template's
// default.
var choices = [][]values{
	{
		issuer,
		{"UserPool": "true"},
		with(domain, values{"UserPool": "true", "SignInPrefix": "rooms"}),
		with(issuer, values{"TokenAudience": "rooms,pages", "AdminGroup": "room-admins", "SignInClient": "pages", "SignInToken": "id_token",
			"SignInOrigin": "https://login.example.com"}),
		{"UserPool": "true", "SignInPrefix": "rooms", "PublicUrl": "https://rooms.example.com",
			"SignInCallbacks": "https://app.example.com/in,https://app.example.com/out"},
	},
	{{}, domain, with(domain, values{"HostedZoneId": "Z0123456789"})},
	{{}, {"PublicUrl": "https://rooms.example.com"}},
	{{}, {"ClientUrl": "https://app.example.com"}},
	{{}, {"Apps": "true"}, {"Apps": "true", "AppsUrl": "https://rooms.example.com/apps"}},
	{
		{},
		{"Hints": "false"},
		{"HintsDomainName": "hints.example.com", "HintsCertificateArn": certificate},
		with(domain, values{"HintsDomainName": "hints.example.com"}),
	},
	{{}, {"CorsOrigins": "https://app.example.com,https://www.example.com"}},
	{{}, {"TrustedProxy": strings.Repeat("0a", 32), "TrustedProxyHeader": "x-real-ip"}},
	{{"MediaNote": "Call +49 30 1234567"}, liveKit, with(liveKit, values{"MediaSecretKeyArn": mediaKey}), jitsi, with(jitsi, values{"MediaDomain": "acme"})},
	{{}, {"Webhooks": "true"}, {"Webhooks": "true", "WebhookKeyArn": webhookKey}},
	{{}, {"MailFrom": "Rooms <rooms@example.com>", "MailIdentityArn": identity}},
	{{}, {"Doorbell": "true"}, {"Doorbell": "true", "DoorbellKeyArn": doorbellKey}},
	{{}, {"CommandQueue": "true"}},
	{{}, {"LockAfterStart": "true"}},
	{{}, {"MondayPasscode": "ada", "MondayAccount": "acme"}},
	{{}, {"QuarantineDays": "0", "LeaseSeconds": "600", "RetentionDays": "3650", "AuditDays": "1", "OperatorAccount": "operators",
		"KeepErasedRecords": "true"}},
	{{}, {"RateLimit": "100", "BurstLimit": "200"}},
	{
		{},
		{"LambdaQuota": "10", "AdmissionConcurrency": "0", "DeliveryConcurrency": "2", "MediaConcurrency": "2",
			"StreamConcurrency": "1"},
		{"AdmissionConcurrency": "50", "DeliveryConcurrency": "50", "MediaConcurrency": "10", "StreamConcurrency": "10"},
	},
	{{}, {"Architecture": "x86_64"}},
	{{}, {"Protect": "false"}},
	{{}, {"GradualDeployment": "true"}},
	{{}, {"Alarms": "true"}, {"Alarms": "true", "AlarmEmail": "ops@example.com"}},
	{{}, {"Dashboard": "true"}},
	{{}, {"Tracing": "Active"}},
	{{}, {"LogLevel": "debug", "LogRetentionDays": "7"}},
	{{}, {"AwsEndpoint": "http://127.0.0.1:4566", "PrivateWebhooks": "true"}},
}

// localOnly are the parameters that no deployment may set.
var localOnly = []string{"KeySet"}

func with(a, b values) values {
	both := maps.Clone(a)
	maps.Copy(both, b)
	return both
}

// contradictions are parameters that a rule of the template refuses, by the names of their stacks.
var contradictions = map[string]struct {
	given values
	rule  string
}{
	"no issuer":          {nil, "IssuerRequired"},
	"no audience":        {values{"TokenIssuer": "https://issuer.example.com"}, "IssuerRequired"},
	"two issuers":        {with(issuer, values{"UserPool": "true"}), "IssuerRequired"},
	"a page, no pool":    {with(issuer, values{"SignInPrefix": "rooms", "PublicUrl": "https://rooms.example.com"}), "SignInParameters"},
	"a page, no address": {values{"UserPool": "true", "SignInPrefix": "rooms"}, "SignInParameters"},
	"callbacks, no page": {values{"UserPool": "true", "SignInCallbacks": "https://app.example.com"}, "SignInParameters"},
	"a pool, a client":   {values{"UserPool": "true", "SignInClient": "pages"}, "SignInParameters"},
	"no certificate":     {with(issuer, values{"DomainName": "meet.example.com"}), "DomainParameters"},
	"no domain":          {with(issuer, values{"CertificateArn": certificate}), "DomainParameters"},
	"a zone, no domain":  {with(issuer, values{"HostedZoneId": "Z0"}), "DomainParameters"},
	"a domain, no hints": {with(issuer, values{"Hints": "false", "HintsDomainName": "hints.example.com",
		"HintsCertificateArn": certificate}), "HintsParameters"},
	"hints, no certificate":  {with(issuer, values{"HintsDomainName": "hints.example.com"}), "HintsParameters"},
	"a certificate of none":  {with(issuer, values{"HintsCertificateArn": certificate}), "HintsParameters"},
	"one domain for two":     {with(issuer, with(domain, values{"HintsDomainName": "meet.example.com"})), "HintsParameters"},
	"no media":               {with(issuer, values{"MediaUrl": "wss://media.example.com"}), "MediaParameters"},
	"no media secret":        {with(issuer, with(liveKit, values{"MediaSecretArn": ""})), "MediaParameters"},
	"a domain of LiveKit":    {with(issuer, with(liveKit, values{"MediaDomain": "acme"})), "MediaParameters"},
	"a key without a secret": {with(issuer, values{"MediaSecretKeyArn": mediaKey}), "MediaParameters"},
	"no apps":                {with(issuer, values{"AppsUrl": "https://rooms.example.com/apps"}), "AppsParameters"},
	"no webhooks":            {with(issuer, values{"WebhookKeyArn": webhookKey}), "WebhookParameters"},
	"no identity":            {with(issuer, values{"MailFrom": "rooms@example.com"}), "MailParameters"},
	"no sender":              {with(issuer, values{"MailIdentityArn": identity}), "MailParameters"},
	"no doorbell":            {with(issuer, values{"DoorbellKeyArn": doorbellKey}), "DoorbellParameters"},
	"a local key set":        {with(issuer, values{"KeySet": "{}"}), "LocalOnlyParameters"},
	"local receivers":        {with(issuer, values{"Webhooks": "true", "PrivateWebhooks": "true"}), "LocalOnlyParameters"},
}

// deployments returns the environments of samconfig.toml, sets in which every two choices of different rows occur
// together, and the contradictions.
func deployments() (map[string]values, error) {
	all := map[string]values{"defaults": issuer}
	root, err := template.FindRoot(".")
	if err != nil {
		return nil, err
	}
	environments, err := template.Environments(root)
	for _, e := range environments {
		given := values{}
		for _, parameter := range e.Parameters {
			name, value, _ := strings.Cut(parameter, "=")
			given[name] = value
		}
		if given["UserPool"] != "true" { // the person who deploys names the issuer
			given = with(issuer, given)
		}
		all["environment "+e.Name] = given
	}
	for i, set := range pairwise() {
		given := values{}
		for row, choice := range set {
			given = with(given, choices[row][choice])
		}
		all[fmt.Sprintf("set %d", i)] = given
	}
	for name, c := range contradictions {
		all[name] = with(values{}, c.given)
	}
	return all, err
}

// A pair says that two rows have these choices.
type pair struct{ row, choice, otherRow, otherChoice int }

func (p pair) in(set []int) bool { return set[p.row] == p.choice && set[p.otherRow] == p.otherChoice }

// pairwise returns random sets of one choice per row that together contain every pair.
func pairwise() (sets [][]int) {
	var missing []pair
	for row := range choices {
		for other := row + 1; other < len(choices); other++ {
			for choice := range choices[row] {
				for otherChoice := range choices[other] {
					missing = append(missing, pair{row, choice, other, otherChoice})
				}
			}
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for len(missing) > 0 {
		set, first := make([]int, len(choices)), missing[0]
		for row := range set {
			set[row] = random.IntN(len(choices[row]))
		}
		set[first.row], set[first.otherRow] = first.choice, first.otherChoice
		missing = slices.DeleteFunc(missing, func(p pair) bool { return p.in(set) })
		sets = append(sets, set)
	}
	return sets
}
