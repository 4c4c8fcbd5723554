package eventbus

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Path is where the runner accepts events over HTTP.
const Path = "/events"

// ServeHTTP puts events on the bus and answers as PutEvents does. The body is an entry or {"Entries": [entry, …]}. In
// an entry, Detail may be an object, and EventBusName may be missing if there is one bus. Only this machine may post
// events, and no web page of another site.
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
		w.Header().Set("Allow", http.MethodPost)
		return http.StatusMethodNotAllowed, result, errors.New("events are put by POST")
	}
	if err := checkOrigin(r); err != nil {
		return http.StatusForbidden, result, err
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 2*maxSize))
	if err != nil {
		return http.StatusRequestEntityTooLarge, result, fmt.Errorf("the body is larger than %d bytes", 2*maxSize)
	}
	entries, err := b.decode(body)
	if err == nil {
		result, err = b.Put(entries)
	}
	if err != nil {
		return http.StatusBadRequest, result, err
	}
	return http.StatusOK, result, nil
}

// checkOrigin refuses other machines, other host names (against DNS rebinding), and web pages of other sites.
func checkOrigin(r *http.Request) error {
	address, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !address.Addr().Unmap().IsLoopback() {
		return errors.New("events are accepted from this machine only")
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return fmt.Errorf("events are accepted at localhost, not at %s", host)
	}
	return http.NewCrossOriginProtection().Check(r)
}

func (b *Bus) decode(body []byte) (entries []Entry, err error) {
	var many struct{ Entries *[]json.RawMessage }
	if err := json.Unmarshal(body, &many); err != nil {
		return nil, fmt.Errorf("the body is not an entry or {\"Entries\": […]}: %w", err)
	}
	if many.Entries == nil {
		entry, err := b.decodeEntry(body)
		return []Entry{entry}, err
	}
	for i, text := range *many.Entries {
		entry, err := b.decodeEntry(text)
		if err != nil {
			return nil, fmt.Errorf("Entries[%d]: %w", i, err)
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

func (b *Bus) decodeEntry(text []byte) (Entry, error) {
	var posted struct {
		Entry
		Detail json.RawMessage
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&posted); err != nil {
		return Entry{}, explain(err)
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

// explain names the field that is wrong and what is expected.
func explain(err error) error {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		field := strings.TrimPrefix(wrong.Field, "Entry.")
		return fmt.Errorf("%s is a JSON %s, and must be a %s", field, wrong.Value, wrong.Type)
	}
	why := strings.TrimPrefix(err.Error(), "json: ")
	return fmt.Errorf("%s; an entry has Source, DetailType, Detail, and it may have Time, EventBusName, Resources", why)
}
