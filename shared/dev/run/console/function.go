package console

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// Function returns a writer for a function's log, which gets one line with each Write. JSON lines of ours are shown in
// words; other lines are shown unchanged, behind the function's name.
func (c *Console) Function(name string) io.Writer { return function{c, name} }

type function struct {
	*Console
	name string
}

func (f function) Write(line []byte) (int, error) {
	text := string(line)
	if r, ok := readRecord(line); ok && !f.raw {
		text = f.inWords(r) + "\n"
	} else if !f.raw {
		text = fmt.Sprintf("%-8s | %s", f.name, line)
	}
	if _, err := io.WriteString(f.Console, text); err != nil {
		return 0, err
	}
	return len(line), nil
}

// record is a log line of a function, as shared/boot writes it.
type record struct {
	at         time.Time
	level      string
	message    string
	attributes map[string]string
}

func readRecord(line []byte) (r record, ok bool) {
	if r.attributes, ok = readObject(line); !ok {
		return r, false
	}
	at, err := time.Parse(time.RFC3339Nano, r.take("timestamp"))
	r.at, r.level, r.message = at, r.take("level"), r.take("message")
	return r, err == nil && r.level != "" && r.message != ""
}

// readObject returns the members of a JSON object, texts without quotes. If a name is repeated, as by an attribute with
// the name message, the second one gets the suffix 2.
func readObject(line []byte) (all map[string]string, ok bool) {
	decoder := json.NewDecoder(bytes.NewReader(line))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return nil, false
	}
	all = map[string]string{}
	for decoder.More() {
		token, err := decoder.Token()
		var value json.RawMessage
		if err != nil || decoder.Decode(&value) != nil {
			return nil, false
		}
		name := fmt.Sprint(token)
		if _, repeated := all[name]; repeated {
			name += "2"
		}
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		all[name] = text
	}
	_, err := decoder.Token() // the end of the object
	return all, err == nil
}

// take returns the value of an attribute and removes it, so that it is not shown twice.
func (r record) take(name string) string {
	value := r.attributes[name]
	delete(r.attributes, name)
	return value
}

func (r record) has(names ...string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { _, has := r.attributes[name]; return !has })
}

// inWords returns the line for people.
func (f function) inWords(r record) string {
	tone, subject := map[string]Tone{"WARN": Warn, "ERROR": Bad}[r.level], f.name
	words := []string{r.message}
	switch {
	case r.has("request", "route", "status", "ms"):
		if tone == Plain && r.attributes["status"] >= "400" {
			tone = Warn
		}
		subject, words = f.requestInWords(r)
	case r.has("command", "user"):
		outcome := "done"
		if reason := r.take("reason"); reason != "" {
			tone, outcome = Warn, "refused: "+reason
		}
		subject, words = "command", []string{r.take("command"), "as " + r.take("user"), outcome}
		r.take("account")
	case r.has("webhook", "event", "status"):
		words = append(words, r.take("event"), "webhook "+shortened(r.take("webhook")), r.take("status"))
		r.take("account")
		r.take("event_id")
	}
	inline, below := r.rest()
	return f.line(r.at, tone, subject, append(words, inline...)...) + below
}

// requestInWords returns the user and the words of a request. Its id and its route are shown only if the function has
// failed.
func (f function) requestInWords(r record) (user string, words []string) {
	request := f.asked(r.attributes["request"])
	if request == "" {
		request = r.attributes["route"]
	}
	if user = r.take("user"); user == "" {
		user = "guest"
	}
	if r.level == "INFO" {
		r.take("request")
		r.take("route")
	}
	return user, []string{request, r.take("status"), r.take("reason"), r.take("ms") + " ms"}
}

// rest returns the attributes that are left: inline, and below the line those of several lines, such as a stack. They
// are shortened unless the line needs attention.
func (r record) rest() (inline []string, below string) {
	for _, name := range slices.Sorted(maps.Keys(r.attributes)) {
		value := r.attributes[name]
		if strings.Contains(value, "\n") {
			for line := range strings.SplitSeq(name+": "+strings.TrimSuffix(value, "\n"), "\n") {
				below += "\n" + printable(strings.ReplaceAll(line, "\t", "    "))
			}
			continue
		}
		if r.level == "INFO" && name != "cause" {
			value = shortened(value)
		}
		if strings.ContainsAny(value, " \"") {
			value = fmt.Sprintf("%q", value)
		}
		inline = append(inline, name+"="+value)
	}
	return inline, below
}
