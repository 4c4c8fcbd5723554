package push_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/pushtest"
	"personal-rooms/shared/doorbell"
	"personal-rooms/shared/doorbell/push"
	"personal-rooms/shared/secret"
	"personal-rooms/shared/webhook"
)

const of = secret.Text("what-doorbells-are-made-of")

func start(t *testing.T) (*pushtest.Service, doorbell.Device) {
	t.Helper()
	pair, err := doorbell.VAPID(of)
	testkit.Must(t, err)
	service := pushtest.Start(t, pair.Public)
	return service, doorbell.Device{Subscription: service.Subscribe("phone")}
}

// The push service verifies the sender, and the browser decrypts the content. Messages of all sizes have the same size,
// so the service learns nothing by it.
func TestABrowserDecryptsWhatIsSent(t *testing.T) {
	service, phone := start(t)
	for _, content := range []string{"{}", `{"name":"Charles ✓"}`, strings.Repeat("x", 2000)} {
		m := doorbell.Message{Content: []byte(content), Topic: "room", TTL: 4 * time.Minute}
		testkit.Must(t, push.New("https://meet.example.com", true).Send(t.Context(), phone, m, of))
		want := pushtest.Message{Browser: "phone", Content: content, Topic: "room", TTL: "240", Urgency: "high",
			Subject: "https://meet.example.com"}
		if took := service.Took(); len(took) != 1 || took[0] != want {
			t.Errorf("taken: %+v, want %+v", took, want)
		}
	}
	testkit.Must(t, push.New("http://127.0.0.1:3000", true).Send(t.Context(), phone, doorbell.Message{Content: []byte("{}")}, of))
	testkit.Equal(t, "subject", service.Took()[0].Subject, "mailto:doorbell@localhost")
}

func TestAnswersOfPushServices(t *testing.T) {
	service, phone := start(t)
	inAMinute := time.Now().Add(time.Minute).UTC().Format(http.TimeFormat)
	for name, c := range map[string]struct {
		answer         pushtest.Answer
		gone, later    bool
		atLeast, below time.Duration
	}{
		"gone":             {pushtest.Answer{Status: 410}, true, false, 0, 0},
		"unknown":          {pushtest.Answer{Status: 404}, true, false, 0, 0},
		"too many":         {pushtest.Answer{Status: 429, RetryAfter: "7"}, false, true, 7 * time.Second, 8 * time.Second},
		"until a time":     {pushtest.Answer{Status: 503, RetryAfter: inAMinute}, false, true, 50 * time.Second, 61 * time.Second},
		"for a year":       {pushtest.Answer{Status: 429, RetryAfter: "31536000"}, false, true, time.Hour, time.Hour + 1},
		"unreadable":       {pushtest.Answer{Status: 429, RetryAfter: "soon"}, false, true, 0, 1},
		"broken":           {pushtest.Answer{Status: 500}, false, true, 0, 1},
		"refused for good": {pushtest.Answer{Status: 403}, false, false, 0, 0},
		"a redirect":       {pushtest.Answer{Status: 302}, false, false, 0, 0},
	} {
		service.Answers("phone", c.answer)
		err := push.New("", true).Send(t.Context(), phone, doorbell.Message{}, of)
		retry, later := errors.AsType[*doorbell.Retry](err)
		if err == nil || errors.Is(err, doorbell.ErrGone) != c.gone || later != c.later {
			t.Errorf("%s: %v", name, err)
		}
		if later && (retry.After < c.atLeast || retry.After >= c.below) {
			t.Errorf("%s: wait %s, want at least %s and less than %s", name, retry.After, c.atLeast, c.below)
		}
	}
}

// A service that does not answer is given five seconds.
func TestAPushServiceThatHangs(t *testing.T) {
	service, phone := start(t)
	service.Answers("phone", pushtest.Answer{Hang: true})
	began := time.Now()
	err := push.New("", true).Send(t.Context(), phone, doorbell.Message{}, of)
	if _, later := errors.AsType[*doorbell.Retry](err); !later || time.Since(began) > 7*time.Second {
		t.Errorf("%v after %s", err, time.Since(began))
	}
}

// No message goes to a private address, whatever name it has: it is checked when the sender connects.
func TestPrivatePushServicesAreRefused(t *testing.T) {
	service, phone := start(t)
	for _, host := range []string{"127.0.0.1", "localhost"} {
		at := phone
		at.Endpoint = strings.Replace(at.Endpoint, "127.0.0.1", host, 1)
		err := push.New("", false).Send(t.Context(), at, doorbell.Message{}, of)
		if _, later := errors.AsType[*doorbell.Retry](err); later || !errors.Is(err, webhook.ErrPrivate) {
			t.Errorf("%s: %v", host, err)
		}
	}
	testkit.Equal(t, "requests", service.Asked(), 0)
}
