//go:build unix

package gateway

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// answer is what a function returned, read.
type answer struct {
	status  int
	headers map[string]string
	cookies []string
	body    []byte
}

// readAnswer reads payload format 2.0, in both its forms: with a statusCode, or as a body alone.
func readAnswer(said []byte) (answer, error) {
	var form struct {
		StatusCode      *int              `json:"statusCode"`
		Headers         map[string]string `json:"headers"`
		Cookies         []string          `json:"cookies"`
		Body            string            `json:"body"`
		IsBase64Encoded bool              `json:"isBase64Encoded"`
	}
	if !strings.HasPrefix(strings.TrimSpace(string(said)), "{") {
		return bodyAlone(said)
	}
	if err := json.Unmarshal(said, &form); err != nil {
		return answer{}, fmt.Errorf("the function's answer is not understood: %w", err)
	}
	if form.StatusCode == nil {
		return bodyAlone(said)
	}
	if *form.StatusCode < 200 || *form.StatusCode > 599 {
		return answer{}, fmt.Errorf("the function's answer has the status code %d", *form.StatusCode)
	}
	a := answer{status: *form.StatusCode, headers: form.Headers, cookies: form.Cookies, body: []byte(form.Body)}
	if form.IsBase64Encoded {
		var err error
		if a.body, err = base64.StdEncoding.DecodeString(form.Body); err != nil {
			return answer{}, fmt.Errorf("the body of the function's answer: %w", err)
		}
	}
	return a, nil
}

// bodyAlone is any JSON: a text stands for itself.
func bodyAlone(said []byte) (answer, error) {
	a := answer{status: http.StatusOK, headers: map[string]string{"content-type": "application/json"}, body: said}
	var value any
	if err := json.Unmarshal(said, &value); err != nil {
		return answer{}, fmt.Errorf("the function's answer is not JSON: %w", err)
	}
	if text, ok := value.(string); ok {
		a.body = []byte(text)
	}
	return a, nil
}

// Headers that belong to the connection and not to the function.
var connectionHeaders = map[string]bool{
	"Connection": true, "Content-Length": true, "Keep-Alive": true, "Transfer-Encoding": true, "Upgrade": true,
}

func (a answer) write(w http.ResponseWriter) {
	header := w.Header()
	header["Content-Type"] = nil // never guessed
	if len(a.body) > 0 {
		header.Set("Content-Type", "text/plain;charset=UTF-8")
	}
	for name, value := range a.headers {
		if name = http.CanonicalHeaderKey(name); !connectionHeaders[name] {
			header.Set(name, value)
		}
	}
	for _, cookie := range a.cookies {
		header.Add("Set-Cookie", cookie)
	}
	w.WriteHeader(a.status)
	w.Write(a.body)
}
