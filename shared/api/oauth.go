package api

import (
	"encoding/base64"
	"mime"
	"net/url"
	"strings"

	"personal-rooms/shared/secret"
)

// Parameters returns the named parameters of a request of OAuth: those of the query, and of the body if it is a form.
// ok is false if they cannot be read, or one has two values (RFC 6749, 3.2).
func (r *Request) Parameters(names ...string) (values map[string]string, ok bool) {
	query, err := url.ParseQuery(r.RawQuery())
	form, formErr := r.urlForm()
	if err != nil || formErr != nil {
		return nil, false
	}
	values = map[string]string{}
	for _, name := range names {
		for _, value := range append(query[name], form[name]...) {
			if other, given := values[name]; given && other != value {
				return nil, false
			}
			values[name] = value
		}
	}
	return values, true
}

func (r *Request) urlForm() (url.Values, error) {
	if kind, _, _ := mime.ParseMediaType(r.Header("Content-Type")); kind != "application/x-www-form-urlencoded" {
		return nil, nil
	}
	body, err := r.Body()
	if err != nil {
		return nil, err
	}
	return url.ParseQuery(string(body))
}

// Basic returns the credentials of the Authorization header (RFC 7617); none if it has another scheme or form.
func (r *Request) Basic() (user string, password secret.Text) {
	scheme, encoded, _ := strings.Cut(r.Header("Authorization"), " ")
	decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	user, text, _ := strings.Cut(string(decoded), ":")
	if err != nil || !strings.EqualFold(scheme, "Basic") {
		return "", ""
	}
	return user, secret.Text(text)
}
