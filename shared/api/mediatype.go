package api

import (
	"net/http"
	"strings"

	"personal-rooms/shared/meeting"
)

// requireJSON returns [NotJSON] for a POST that a page of any website could make a visitor's browser send, with the
// visitor's network address: one whose Content-Type is not JSON, or one of a browser without a Content-Type. Only for
// JSON does a browser ask us first (CORS). Clients that are no browser may leave Content-Type out: they send no Origin.
func (r *Request) requireJSON(route Route) error {
	sent := r.Header("Content-Type")
	if route.Method != http.MethodPost || route.Form || isJSON(sent) || sent == "" && r.Header("Origin") == "" {
		return nil
	}
	return meeting.Refuse(NotJSON, "The Content-Type must be application/json.")
}

// isJSON reports whether a Content-Type is application/json or "application/….+json", with any parameters.
func isJSON(contentType string) bool {
	name, _, _ := strings.Cut(contentType, ";")
	kind, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(name)), "application/")
	return ok && (kind == "json" || strings.HasSuffix(kind, "+json")) && !strings.Contains(kind, ",")
}
