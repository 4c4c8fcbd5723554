//go:build unix

package gateway

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
)

// answer is what a function returned.
type answer struct {
	events.APIGatewayV2HTTPResponse
	body []byte
}

// readAnswer reads an answer of payload format 2.0. An answer without a status code is refused.
func readAnswer(text []byte) (a answer, err error) {
	if err := json.Unmarshal(text, &a.APIGatewayV2HTTPResponse); err != nil {
		return a, fmt.Errorf("the function's answer is not understood: %w", err)
	}
	if a.StatusCode < 200 || a.StatusCode > 599 {
		return a, fmt.Errorf("the function's answer has the status code %d", a.StatusCode)
	}
	a.body = []byte(a.Body)
	if a.IsBase64Encoded {
		if a.body, err = base64.StdEncoding.DecodeString(a.Body); err != nil {
			return a, fmt.Errorf("the body of the function's answer: %w", err)
		}
	}
	return a, nil
}

// connectionHeaders are not the function's to set.
var connectionHeaders = map[string]bool{
	"Connection": true, "Content-Length": true, "Keep-Alive": true, "Transfer-Encoding": true, "Upgrade": true,
}

func (a answer) write(w http.ResponseWriter) {
	header := w.Header()
	header["Content-Type"] = nil // net/http must not guess it
	if len(a.body) > 0 {
		header.Set("Content-Type", "text/plain;charset=UTF-8")
	}
	for name, value := range a.Headers {
		if name = http.CanonicalHeaderKey(name); !connectionHeaders[name] {
			header.Set(name, value)
		}
	}
	w.WriteHeader(a.StatusCode)
	w.Write(a.body)
}
