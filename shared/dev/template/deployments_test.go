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
	webhookKey  = "arn:aws:secretsmanager:us-east-1:000000000000:secret:rooms-webhook-key-AbCdEf"
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
	{issuer, {"UserPool": "true"}},
	{{}, domain, with(domain, values{"HostedZoneId": "Z0123456789"})},
	{{}, {"PublicUrl": "https://rooms.example.com"}},
	{{}, {"ClientUrl": "https://app.example.com"}},
	{{}, {"Apps": "true"}, {"Apps": "true", "AppsUrl": "https://rooms.example.com/apps"}},
	{{}, {"CorsOrigins": "https://app.example.com,https://www.example.com"}},
	{{}, {"TrustedProxy": strings.Repeat("0a", 32), "TrustedProxyHeader": "x-real-ip"}},
	{{}, liveKit, with(liveKit, values{"MediaSecretKeyArn": mediaKey}), jitsi, with(jitsi, values{"MediaDomain": "acme"})},
	{{}, {"Webhooks": "true"}, {"Webhooks": "true", "WebhookKeyArn": webhookKey}},
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
	"no issuer":              {nil, "IssuerRequired"},
	"no audience":            {values{"TokenIssuer": "https://issuer.example.com"}, "IssuerRequired"},
	"two issuers":            {with(issuer, values{"UserPool": "true"}), "IssuerRequired"},
	"no certificate":         {with(issuer, values{"DomainName": "meet.example.com"}), "DomainParameters"},
	"no domain":              {with(issuer, values{"CertificateArn": certificate}), "DomainParameters"},
	"a zone, no domain":      {with(issuer, values{"HostedZoneId": "Z0"}), "DomainParameters"},
	"no media":               {with(issuer, values{"MediaUrl": "wss://media.example.com"}), "MediaParameters"},
	"no media secret":        {with(issuer, with(liveKit, values{"MediaSecretArn": ""})), "MediaParameters"},
	"a domain of LiveKit":    {with(issuer, with(liveKit, values{"MediaDomain": "acme"})), "MediaParameters"},
	"a key without a secret": {with(issuer, values{"MediaSecretKeyArn": mediaKey}), "MediaParameters"},
	"no apps":                {with(issuer, values{"AppsUrl": "https://rooms.example.com/apps"}), "AppsParameters"},
	"no webhooks":            {with(issuer, values{"WebhookKeyArn": webhookKey}), "WebhookParameters"},
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
