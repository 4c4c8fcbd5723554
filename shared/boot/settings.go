package boot

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

// Settings are the operator's decisions, checked.
type Settings struct {
	Table             string       // TABLE_NAME, required
	PublicURL         string       // PUBLIC_URL: the address of the API, without a final slash; empty: its own domain
	ClientURL         string       // CLIENT_URL: the page that opens a meeting, without a final slash; empty: none
	Issuer            string       // TOKEN_ISSUER
	Audience          string       // TOKEN_AUDIENCE: one, or several separated by commas
	AdminGroup        string       // ADMIN_GROUP: the group of the user pool whose members are admins; empty: none is
	KeySet            string       // KEY_SET: a JWKS; empty in the cloud. With it, issuer and audience are required
	ProxySecretSHA256 string       // TRUSTED_PROXY; empty: no proxy before the API
	ProxyHeader       string       // TRUSTED_PROXY_HEADER: that proxy's header with the address of the client
	SignIn            SignIn       // SIGN_IN_CLIENT…: how people sign in on the pages
	Media             media.Server // MEDIA, MEDIA_URL…: see media.go
	MediaNote         string       // MEDIA_NOTE: without a media server, what people who are admitted read on the page
	HintsURL          string       // HINTS_URL: the WebSocket for hints, wss://…; empty: there are no hints
	HintsEndpoint     string       // HINTS_ENDPOINT: its @connections API, without a final slash; required with HINTS_URL
	EventBus          string       // EVENT_BUS: the name of the event bus
	Deliveries        string       // DELIVERIES_URL: the queue of events for webhooks
	MediaOrders       string       // MEDIA_ORDERS_URL: the queue of orders to the media server
	MailFrom          string       // MAIL_FROM: the sender of mails, as "rooms@example.com" or "Rooms <rooms@example.com>"; empty: none is sent
	Mails             string       // MAILS_URL: the queue of mails
	MailsDLQ          string       // MAILS_DLQ_URL: the queue of mails that cannot be sent
	EventsDLQ         string       // EVENTS_DLQ_URL: the queue of stream records that cannot be published
	WebhookKey        secret.Ref   // WEBHOOK_KEY_ARN or WEBHOOK_KEY, to derive webhooks' secrets; none: no webhooks
	DoorbellKey       secret.Ref   // DOORBELL_KEY_ARN or DOORBELL_KEY, to derive the doorbell's keys; none: no doorbell
	Rings             string       // RINGS_URL: the queue of people who begin to wait
	Apps              bool         // APPS: accounts may have apps, which get tokens for themselves
	AppsURL           string       // APPS_URL: the address of the apps' API; empty: its own domain
	Private           bool         // PRIVATE_WEBHOOKS: webhooks may go to private addresses, and without TLS
	OperatorAccount   string       // OPERATOR_ACCOUNT: the account whose admins may close other accounts; empty: nobody may
	LogLevel          slog.Level   // LOG_LEVEL: debug, info, warn or error; info if empty

	Config meeting.Config // see Read
}

// SignIn is the client of the issuer with which the pages sign people in. The zero value: they cannot sign in there.
type SignIn struct {
	Client string // SIGN_IN_CLIENT: a public client, for the authorization code with PKCE
	Token  string // SIGN_IN_TOKEN: the token that the API takes, access_token or id_token; access_token if empty
	Origin string // SIGN_IN_ORIGIN: where the issuer's token endpoint is; empty: at the issuer's own origin
}

// Read reads and checks the environment. The error names each wrong variable, and what it must be. Without
// QUARANTINE_DAYS (0 to 3650), LEASE_SECONDS (30 to 600), RETENTION_DAYS and AUDIT_DAYS (1 to 3650), Config has 180
// days, 400 seconds, and 90 days twice. Its MediaPresence is true for LiveKit.
func Read(getenv func(string) string) (Settings, error) {
	r := reader{getenv: getenv}
	s := Settings{
		Table:             r.required("TABLE_NAME"),
		PublicURL:         r.webAddress("PUBLIC_URL"),
		ClientURL:         r.webAddress("CLIENT_URL"),
		Issuer:            getenv("TOKEN_ISSUER"),
		Audience:          getenv("TOKEN_AUDIENCE"),
		AdminGroup:        getenv("ADMIN_GROUP"),
		KeySet:            getenv("KEY_SET"),
		ProxySecretSHA256: getenv("TRUSTED_PROXY"),
		ProxyHeader:       getenv("TRUSTED_PROXY_HEADER"),
		SignIn:            r.signIn(),
		Media:             r.media(),
		MediaNote:         getenv("MEDIA_NOTE"),
		HintsURL:          r.hintsURL(),
		HintsEndpoint:     r.webAddress("HINTS_ENDPOINT"),
		EventBus:          getenv("EVENT_BUS"),
		Deliveries:        getenv("DELIVERIES_URL"),
		MediaOrders:       getenv("MEDIA_ORDERS_URL"),
		MailFrom:          r.mailFrom(),
		Mails:             getenv("MAILS_URL"),
		MailsDLQ:          getenv("MAILS_DLQ_URL"),
		EventsDLQ:         getenv("EVENTS_DLQ_URL"),
		WebhookKey:        r.secret("WEBHOOK_KEY"),
		DoorbellKey:       r.secret("DOORBELL_KEY"),
		Rings:             getenv("RINGS_URL"),
		Apps:              getenv("APPS") == "true",
		AppsURL:           r.webAddress("APPS_URL"),
		Private:           getenv("PRIVATE_WEBHOOKS") == "true",
		OperatorAccount:   getenv("OPERATOR_ACCOUNT"),
		LogLevel:          r.level("LOG_LEVEL"),
		Config: meeting.Config{
			Quarantine: r.days("QUARANTINE_DAYS", 180, 0, 3650),
			Lease:      time.Duration(r.number("LEASE_SECONDS", 400, 30, 600)) * time.Second,
			Retention:  r.days("RETENTION_DAYS", 90, 1, 3650),

			AuditRetention:    r.days("AUDIT_DAYS", 90, 1, 3650),
			KeepErasedRecords: getenv("KEEP_ERASED_RECORDS") == "true",
		},
	}
	s.Config.MediaPresence = s.Media.Provider == media.LiveKit
	if s.KeySet != "" {
		r.required("TOKEN_ISSUER") // or every token that the keys signed would be valid
		r.required("TOKEN_AUDIENCE")
	}
	for _, name := range []string{"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		r.required(name)
	}
	r.webAddress(anyEndpoint)
	r.webAddress(databaseEndpoint)
	return s, errors.Join(r.wrong...)
}

// A reader reads variables and collects what is wrong with them.
type reader struct {
	getenv func(string) string
	wrong  []error
}

func (r *reader) refuse(name, why string, args ...any) {
	r.wrong = append(r.wrong, fmt.Errorf("environment variable %s %s", name, fmt.Sprintf(why, args...)))
}

func (r *reader) required(name string) string {
	value := r.getenv(name)
	if value == "" {
		r.refuse(name, "is required")
	}
	return value
}

func (r *reader) webAddress(name string) string {
	value := r.getenv(name)
	if value == "" {
		return ""
	}
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		r.refuse(name, "is %q; it must be a web address such as https://meet.example.com, or empty", value)
	}
	return strings.TrimSuffix(value, "/")
}

func (r *reader) mailFrom() string {
	const name = "MAIL_FROM"
	value := r.getenv(name)
	if _, err := mail.ParseAddress(value); value != "" && err != nil {
		r.refuse(name, "is %q; it must be an address such as rooms@example.com or Rooms <rooms@example.com>, or empty", value)
	}
	return value
}

func (r *reader) signIn() SignIn {
	s := SignIn{r.getenv("SIGN_IN_CLIENT"), r.getenv("SIGN_IN_TOKEN"), r.webAddress("SIGN_IN_ORIGIN")}
	if s.Client == "" {
		return SignIn{}
	}
	r.required("TOKEN_ISSUER")
	r.webAddress("TOKEN_ISSUER")
	if s.Token = cmp.Or(s.Token, "access_token"); s.Token != "access_token" && s.Token != "id_token" {
		r.refuse("SIGN_IN_TOKEN", "is %q; it must be access_token or id_token, or empty for access_token", s.Token)
	}
	return s
}

func (r *reader) hintsURL() string {
	const name = "HINTS_URL"
	value := r.getenv(name)
	if value == "" {
		return ""
	}
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "wss" && u.Scheme != "ws" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" {
		r.refuse(name, "is %q; it must be the address of a WebSocket such as wss://hints.example.com, or empty", value)
	}
	r.required("HINTS_ENDPOINT")
	return value
}

func (r *reader) number(name string, unset, lowest, highest int) int {
	value := r.getenv(name)
	if value == "" {
		return unset
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < lowest || n > highest {
		r.refuse(name, "is %q; it must be a whole number from %d to %d, or empty for %d", value, lowest, highest, unset)
	}
	return n
}

func (r *reader) days(name string, unset, lowest, highest int) time.Duration {
	return time.Duration(r.number(name, unset, lowest, highest)) * 24 * time.Hour
}

func (r *reader) level(name string) slog.Level {
	value := strings.ToLower(r.getenv(name))
	level, known := map[string]slog.Level{
		"debug": slog.LevelDebug, "": slog.LevelInfo, "info": slog.LevelInfo, "warn": slog.LevelWarn,
		"error": slog.LevelError,
	}[value]
	if !known {
		r.refuse(name, "is %q; it must be debug, info, warn or error, or empty for info", value)
	}
	return level
}
