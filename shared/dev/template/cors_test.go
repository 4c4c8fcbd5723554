package template_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/dev/template"
)

func TestWebPagesMayCallOnlyIfCorsOriginsNamesThem(t *testing.T) {
	if cors := ours(t, nil).CORS; cors != nil {
		t.Errorf("without CorsOrigins: %+v", cors)
	}
	hour := 3600
	want := &template.CORS{
		Origins: []string{"https://app.example.com", "http://localhost:5173"},
		Methods: []string{"GET", "POST", "PUT", "PATCH", "DELETE"},
		Headers: []string{"authorization", "content-type", "idempotency-key", "prefer", "x-seat-secret"},
		Exposed: []string{"preference-applied", "retry-after", "x-request-id"},
		MaxAge:  &hour,
	}
	got := ours(t, map[string]string{"CorsOrigins": "https://app.example.com,http://localhost:5173"}).CORS
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
