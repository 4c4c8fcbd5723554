package socket

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

func server(endpoint string) *Server {
	return New(aws.Config{Region: "eu-central-1", HTTPClient: http.DefaultClient,
		Credentials: credentials.NewStaticCredentialsProvider("AKID", "secret", "token")}, endpoint)
}

// The signature is the one that botocore 1.43 makes of the same request, at the address to which its client sends it:
//
//	request = AWSRequest("POST", "https://abc….amazonaws.com/live/@connections/L0SM9cOFvHcCIhw%3D", data=b'{"hint":"ask"}',
//	    headers={"Content-Length": "14"})
//	SigV4Auth(Credentials("AKID", "secret", "token"), "execute-api", "eu-central-1").add_auth(request)
func TestRequestsAreSignedAsBotocoreSignsThem(t *testing.T) {
	s := server("https://abc.execute-api.eu-central-1.amazonaws.com/live/")
	r, err := s.request(t.Context(), http.MethodPost, "L0SM9cOFvHcCIhw=", `{"hint":"ask"}`, time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	const want = "AWS4-HMAC-SHA256 Credential=AKID/20260302/eu-central-1/execute-api/aws4_request, " +
		"SignedHeaders=content-length;host;x-amz-date;x-amz-security-token, Signature=" +
		"292c3adfb8af824e16cba9a54911de649bd27a2b0e53bfa1a881e943a3c3698c"
	if got := r.Header.Get("Authorization"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestAnswers(t *testing.T) {
	for status, want := range map[int]error{200: nil, 204: nil, 410: ErrGone, 403: errAny, 429: errAny, 500: errAny} {
		var asked string
		web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			asked += fmt.Sprintln(r.Method, r.URL.EscapedPath(), string(body))
			w.WriteHeader(status)
		}))
		s := server(web.URL + "/live")
		post, drop := s.Post(t.Context(), "a=", "text"), s.Disconnect(t.Context(), "a=")
		web.Close()
		if !is(post, want) {
			t.Errorf("Post, %d: %v", status, post)
		}
		if status == http.StatusGone {
			want = nil
		}
		if !is(drop, want) {
			t.Errorf("Disconnect, %d: %v", status, drop)
		}
		if want := "POST /live/@connections/a%3D text\nDELETE /live/@connections/a%3D \n"; asked != want {
			t.Errorf("%d: asked %s, want %s", status, asked, want)
		}
	}
}

var errAny = errors.New("any but ErrGone")

func is(err, want error) bool {
	if errors.Is(want, errAny) {
		return err != nil && !errors.Is(err, ErrGone)
	}
	return errors.Is(err, want)
}
