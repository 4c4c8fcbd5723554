//go:build translator

package template_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
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
	liveKit = values{"Media": "livekit", "MediaUrl": "wss://media.example.com", "MediaKey": "APIkey", "MediaSecretArn": mediaSecret}
	jitsi   = values{"Media": "jitsi", "MediaUrl": "https://video.example.com", "MediaKey": "rooms", "MediaSecretArn": mediaSecret}
)

// choices are the ways in which people set the parameters: of each row, a deployment takes one. The first is what the template says.
var choices = [][]values{
	{issuer, {"UserPool": "true"}},
	{{}, domain, with(domain, values{"HostedZoneId": "Z0123456789"})},
	{{}, {"PublicUrl": "https://rooms.example.com"}},
	{{}, {"ClientUrl": "https://app.example.com"}},
	{{}, {"CorsOrigins": "https://app.example.com,https://www.example.com"}},
	{{}, {"TrustedProxy": strings.Repeat("0a", 32), "TrustedProxyHeader": "x-real-ip"}},
	{{}, liveKit, with(liveKit, values{"MediaSecretKeyArn": mediaKey}), jitsi, with(jitsi, values{"MediaDomain": "acme"})},
	{{}, {"Webhooks": "true"}, {"Webhooks": "true", "WebhookKeyArn": webhookKey}},
	{{}, {"CommandQueue": "true"}},
	{{}, {"LockAfterStart": "true"}},
	{{}, {"MondayPasscode": "ada", "MondayAccount": "acme"}},
	{{}, {"QuarantineDays": "0", "LeaseSeconds": "600", "RetentionDays": "3650"}},
	{{}, {"RateLimit": "100", "BurstLimit": "200"}},
	{{}, {"LambdaQuota": "10", "AdmissionConcurrency": "0", "DeliveryConcurrency": "2", "MediaConcurrency": "2", "StreamConcurrency": "1"},
		{"AdmissionConcurrency": "50", "DeliveryConcurrency": "50", "MediaConcurrency": "10", "StreamConcurrency": "10"}},
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

// deployments are the environments of samconfig.toml, and a set in which every two choices of different rows meet.
func deployments(root string) (map[string]values, error) {
	all, err := environments(root)
	if err != nil {
		return nil, err
	}
	all["defaults"] = issuer
	for i, chosen := range pairwise() {
		given := values{}
		for row, choice := range chosen {
			given = with(given, choices[row][choice])
		}
		all[fmt.Sprintf("set %d", i)] = given
	}
	return all, nil
}

// issuerFor is the issuer that a choice needs beside it.
func issuerFor(choice values) values {
	if choice["UserPool"] == "true" {
		return values{}
	}
	return issuer
}

func with(a, b values) values {
	both := maps.Clone(a)
	maps.Copy(both, b)
	return both
}

var (
	environmentHead = regexp.MustCompile(`(?m)^\[([a-z]+)\.deploy\.parameters\]$`)
	overrides       = regexp.MustCompile(`(?m)^parameter_overrides = \[(.*)\]$`)
)

// environments are what `make deploy` gives for each section of samconfig.toml. One that names no issuer expects it from the person who
// deploys.
func environments(root string) (map[string]values, error) {
	config, err := os.ReadFile(filepath.Join(root, "samconfig.toml"))
	if err != nil {
		return nil, err
	}
	all := map[string]values{}
	heads := environmentHead.FindAllStringSubmatchIndex(string(config), -1)
	for _, head := range heads {
		name, rest := string(config[head[2]:head[3]]), string(config[head[1]:])
		line := overrides.FindStringSubmatch(rest)
		if line == nil {
			return nil, fmt.Errorf("samconfig.toml: %s has no parameter_overrides", name)
		}
		given := values{}
		for field := range strings.SplitSeq(line[1], ",") {
			parameter, value, _ := strings.Cut(strings.Trim(strings.TrimSpace(field), `"`), "=")
			given[parameter] = value
		}
		all["environment "+name] = with(issuerFor(given), given)
	}
	if len(all) < 3 {
		return nil, fmt.Errorf("samconfig.toml: %d environments were found, want default, staging and prod", len(all))
	}
	return all, nil
}

// A pair is that two rows have these choices.
type pair struct{ row, choice, otherRow, otherChoice int }

// pairwise returns sets of one choice per row, in which every two choices of different rows meet. It tries random sets and keeps the best.
func pairwise() (sets [][]int) {
	open := map[pair]bool{}
	for a := range choices {
		for b := a + 1; b < len(choices); b++ {
			for i := range choices[a] {
				for j := range choices[b] {
					open[pair{a, i, b, j}] = true
				}
			}
		}
	}
	chance := rand.New(rand.NewPCG(1, 2))
	for len(open) > 0 {
		var best []int
		var covered []pair
		for range 2000 {
			set := make([]int, len(choices))
			for row := range set {
				set[row] = chance.IntN(len(choices[row]))
			}
			if met := pairsIn(set, open); best == nil || len(met) > len(covered) {
				best, covered = set, met
			}
		}
		if len(covered) == 0 {
			best, covered = setWith(open)
		}
		for _, p := range covered {
			delete(open, p)
		}
		sets = append(sets, best)
	}
	return sets
}

func pairsIn(set []int, open map[pair]bool) (met []pair) {
	for a := range set {
		for b := a + 1; b < len(set); b++ {
			if p := (pair{a, set[a], b, set[b]}); open[p] {
				met = append(met, p)
			}
		}
	}
	return met
}

// setWith is a set with one of the open pairs, and the first choice elsewhere.
func setWith(open map[pair]bool) (set []int, met []pair) {
	left := slices.Collect(maps.Keys(open))
	set = make([]int, len(choices))
	set[left[0].row], set[left[0].otherRow] = left[0].choice, left[0].otherChoice
	return set, pairsIn(set, open)
}
