package eventbus

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
)

// Path is where the runner accepts events over HTTP.
const Path = "/events"

const maxPosted = 512 << 10 // in bytes

// ServeHTTP puts an event on the bus and answers as PutEvents does. The body is an entry, in which Detail may be an
// object, and EventBusName may be missing if there is one bus. No web page of another site may post events.
func (b *Bus) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, result, err := b.post(w, r)
	var answer any = result
	if err != nil {
		answer = map[string]string{"message": err.Error()}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(answer) // fails only if the client is gone
}

func (b *Bus) post(w http.ResponseWriter, r *http.Request) (status int, result Result, err error) {
	if r.Method != http.MethodPost {
		return http.StatusMethodNotAllowed, result, errors.New("events are put by POST")
	}
	if err := checkOrigin(r); err != nil {
		return http.StatusForbidden, result, err
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPosted))
	if err != nil {
		return http.StatusRequestEntityTooLarge, result, err
	}
	entry, err := b.decode(body)
	if err == nil {
		result, err = b.Put([]Entry{entry})
	}
	if err != nil {
		return http.StatusBadRequest, result, err
	}
	return http.StatusOK, result, nil
}

// checkOrigin refuses other host names (against DNS rebinding), and web pages of other sites.
func checkOrigin(r *http.Request) error {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	if host != "localhost" && !net.ParseIP(host).IsLoopback() {
		return fmt.Errorf("events are accepted at localhost, not at %s", host)
	}
	return http.NewCrossOriginProtection().Check(r)
}

func (b *Bus) decode(body []byte) (Entry, error) {
	var posted struct {
		Entry
		Detail json.RawMessage
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&posted); err != nil {
		return Entry{}, fmt.Errorf("the body is no entry with Source, DetailType and Detail: %w", err)
	}
	e := posted.Entry
	if json.Unmarshal(posted.Detail, &e.Detail) != nil { // not a string
		e.Detail = string(posted.Detail)
	}
	if e.EventBusName == "" && len(b.buses) == 1 {
		e.EventBusName = b.buses[0]
	}
	return e, nil
}
