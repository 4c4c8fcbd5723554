package boot

import (
	"net/url"
	"slices"
	"strings"

	"personal-rooms/shared/media"
	"personal-rooms/shared/secret"
)

// media is the media server, if there is one: MEDIA is livekit, jitsi, or empty; MEDIA_URL is where clients connect, MEDIA_KEY the API
// key or the app id. Its secret is in Secrets Manager at MEDIA_SECRET_ARN, or on one's own machine MEDIA_SECRET. MEDIA_DOMAIN is Jitsi's
// domain or tenant; if empty, that of the URL.
func (r *reader) media() media.Server {
	s := media.Server{Provider: media.Provider(r.getenv("MEDIA")), Domain: r.getenv("MEDIA_DOMAIN"),
		Secret: r.secret("MEDIA_SECRET")}
	switch s.Provider {
	case "":
		r.empty("where MEDIA is", "MEDIA_URL", "MEDIA_KEY", "MEDIA_SECRET", "MEDIA_SECRET_ARN", "MEDIA_DOMAIN")
		return s
	case media.LiveKit:
		s.URL = r.mediaAddress("wss", "ws")
		r.empty("where MEDIA is livekit", "MEDIA_DOMAIN")
	case media.Jitsi:
		s.URL = r.mediaAddress("https", "http")
		if u, err := url.Parse(s.URL); err == nil && s.Domain == "" {
			s.Domain = strings.ToLower(u.Hostname())
		}
	default:
		r.refuse("MEDIA", "is %q; it must be livekit, jitsi, or empty", string(s.Provider))
		return s
	}
	s.Key = r.required("MEDIA_KEY")
	if s.Secret.None() {
		r.refuse("MEDIA_SECRET_ARN", "is required, or MEDIA_SECRET on your own machine")
	}
	return s
}

// secret is the place of a secret: in Secrets Manager at NAME_ARN, or on one's own machine NAME itself.
func (r *reader) secret(name string) secret.Ref {
	p := secret.Ref{Given: secret.Text(r.getenv(name)), ARN: r.getenv(name + "_ARN")}
	if p.ARN != "" {
		r.empty("where "+name+"_ARN is not", name)
	}
	return p
}

// empty refuses those of the variables that are set.
func (r *reader) empty(where string, names ...string) {
	for _, name := range names {
		if r.getenv(name) != "" {
			r.refuse(name, "must be empty %s", where)
		}
	}
}

func (r *reader) mediaAddress(schemes ...string) string {
	const name = "MEDIA_URL"
	value := r.getenv(name)
	u, err := url.Parse(value)
	if err != nil || !slices.Contains(schemes, u.Scheme) || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		r.refuse(name, "is %q; it must be an address such as %s://media.example.com", value, schemes[0])
	}
	return strings.TrimSuffix(value, "/")
}
