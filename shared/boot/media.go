package boot

import (
	"net/url"
	"slices"
	"strings"

	"personal-rooms/shared/media"
	"personal-rooms/shared/secret"
)

// media reads the media server: MEDIA is livekit, jitsi, or empty for none; MEDIA_URL is the address for clients,
// MEDIA_KEY the API key or the app id. MEDIA_DOMAIN is Jitsi's domain or tenant, by default the host of the URL.
func (r *reader) media() media.Server {
	s := media.Server{Provider: media.Provider(r.getenv("MEDIA")), Domain: r.getenv("MEDIA_DOMAIN"),
		Secret: r.secret("MEDIA_SECRET")}
	switch s.Provider {
	case "":
		r.requireEmpty("MEDIA is empty", "MEDIA_URL", "MEDIA_KEY", "MEDIA_SECRET", "MEDIA_SECRET_ARN", "MEDIA_DOMAIN")
		return s
	case media.LiveKit:
		s.URL = r.mediaAddress("wss", "ws")
		r.requireEmpty("MEDIA is livekit", "MEDIA_DOMAIN")
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

// secret reads the place of a secret: the ARN of one in Secrets Manager in NAME_ARN, or a local secret in NAME itself.
func (r *reader) secret(name string) secret.Ref {
	s := secret.Ref{Given: secret.Text(r.getenv(name)), ARN: r.getenv(name + "_ARN")}
	if s.ARN != "" {
		r.requireEmpty(name+"_ARN is set", name)
	}
	return s
}

func (r *reader) requireEmpty(condition string, names ...string) {
	for _, name := range names {
		if r.getenv(name) != "" {
			r.refuse(name, "must be empty if %s", condition)
		}
	}
}

func (r *reader) mediaAddress(schemes ...string) string {
	const name = "MEDIA_URL"
	value := r.getenv(name)
	u, err := url.Parse(value)
	if err != nil || !slices.Contains(schemes, u.Scheme) || u.Hostname() == "" || u.User != nil || u.RawQuery != "" ||
		u.Fragment != "" {
		r.refuse(name, "is %q; it must be an address such as %s://media.example.com", value, schemes[0])
	}
	return strings.TrimSuffix(value, "/")
}
