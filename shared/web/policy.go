package web

import (
	"net/url"
	"slices"
	"strings"
)

// Config is what the pages need to know about the server.
type Config struct {
	SignIn   SignIn
	Media    string // the address of the media server for clients; empty: none
	InFrame  bool   // the media server has a web page of its own, which is shown in a frame
	Doorbell bool   // hosts may switch the doorbell on
	Hints    string // the address of the WebSockets of hints; empty: none
	Mails    bool   // the server sends invitations to people who are invited
	Note     string // without a media server, what people read who are admitted; it may have web addresses
}

// SignIn says how people sign in: by the authorization code flow with PKCE (RFC 7636). The zero value: they cannot.
type SignIn struct {
	Issuer   string `json:"issuer"`    // has /.well-known/openid-configuration
	ClientID string `json:"client_id"` // a public client
	Token    string `json:"token"`     // what the API takes: "access_token" or "id_token"
	Origin   string `json:"-"`         // where its token endpoint is; empty: at the issuer's own origin
}

// A use is something that a page needs of another origin.
type use int

const (
	signIn use = iota
	call
	hints
)

// policy returns the Content-Security-Policy of a page: its own origin, and exactly the origins of its uses.
func (c Config) policy(uses ...use) string {
	connect, frame := []string{"'self'"}, []string{}
	if slices.Contains(uses, signIn) && c.SignIn.Issuer != "" {
		connect = append(connect, origin(c.SignIn.Issuer))
		if c.SignIn.Origin != "" {
			connect = append(connect, origin(c.SignIn.Origin))
		}
	}
	if slices.Contains(uses, hints) && c.Hints != "" {
		connect = append(connect, origin(c.Hints))
	}
	if slices.Contains(uses, call) && c.Media != "" {
		if c.InFrame {
			frame = append(frame, origin(c.Media))
		} else {
			connect = append(connect, origin(c.Media), webOf(origin(c.Media)))
		}
	}
	return strings.Join([]string{
		"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "font-src 'self'",
		"manifest-src 'self'", "connect-src " + list(connect), "frame-src " + list(frame),
		"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
	}, "; ")
}

func list(origins []string) string {
	slices.Sort(origins)
	if origins = slices.Compact(origins); len(origins) == 0 {
		return "'none'"
	}
	return strings.Join(origins, " ")
}

// permissions returns the Permissions-Policy: camera, microphone and screen only where a call is.
func (c Config) permissions(uses ...use) string {
	allowed := "()"
	switch {
	case !slices.Contains(uses, call) || c.Media == "":
	case c.InFrame:
		allowed = `(self "` + origin(c.Media) + `")`
	default:
		allowed = "(self)"
	}
	return "camera=" + allowed + ", microphone=" + allowed + ", display-capture=" + allowed + ", geolocation=()"
}

// origin returns scheme, host and port of an address that was checked at start-up.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "'none'"
	}
	return u.Scheme + "://" + u.Host
}

// webOf returns the origin of a WebSocket as a web page's: a client of LiveKit asks it by HTTP too.
func webOf(origin string) string { return "http" + strings.TrimPrefix(origin, "ws") }
