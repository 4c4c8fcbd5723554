package api

import (
	"bytes"
	"encoding/base64"
	"mime"
	"mime/multipart"
	"net/url"
	"strings"

	"personal-rooms/shared/secret"
)

// Parameters returns the named parameters of a request of OAuth: those of the query, and of the body if it is a form.
// ok is false if they cannot be read, or one has two values (RFC 6749, 3.2).
func (r *Request) Parameters(names ...string) (values map[string]string, ok bool) {
	query, err := url.ParseQuery(r.RawQuery())
	form, formErr := r.formValues()
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

// formValues returns the members of the body, if that is a form. PHP's clients send an array as multipart/form-data.
func (r *Request) formValues() (url.Values, error) {
	kind, options, _ := mime.ParseMediaType(r.Header("Content-Type"))
	if kind != "application/x-www-form-urlencoded" && kind != "multipart/form-data" {
		return nil, nil
	}
	body, err := r.Body()
	switch {
	case err != nil:
		return nil, err
	case kind != "multipart/form-data":
		return url.ParseQuery(string(body))
	}
	form, err := multipart.NewReader(bytes.NewReader(body), options["boundary"]).ReadForm(MaxBody)
	if err != nil {
		return nil, err
	}
	return form.Value, nil
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
