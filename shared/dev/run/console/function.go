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

// Function is where a function's log goes, one line per Write. A JSON line of ours becomes a line for people; any other line is shown
// as it is, with the function's name.
func (c *Console) Function(name string) io.Writer { return function{c, name} }

type function struct {
	*Console
	name string
}

func (f function) Write(line []byte) (int, error) {
	text := string(line)
	if r, ok := read(line); ok && !f.raw {
		text = f.human(r) + "\n"
	} else if !f.raw {
		text = fmt.Sprintf("%-8s | %s", f.name, line)
	}
	if _, err := io.WriteString(f.Console, text); err != nil {
		return 0, err
	}
	return len(line), nil
}

// record is a log line of a function, as shared/boot lets it write them.
type record struct {
	at         time.Time
	level      string
	message    string
	attributes map[string]string
}

func read(line []byte) (r record, ok bool) {
	if r.attributes, ok = members(line); !ok {
		return r, false
	}
	at, err := time.Parse(time.RFC3339Nano, r.take("timestamp"))
	r.at, r.level, r.message = at, r.take("level"), r.take("message")
	return r, err == nil && r.level != "" && r.message != ""
}

// members are those of a JSON object. Where a name comes twice, as it does if an attribute is called message, the second one has "2" behind it.
func members(line []byte) (all map[string]string, ok bool) {
	decoder := json.NewDecoder(bytes.NewReader(line))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return nil, false
	}
	all = map[string]string{}
	for decoder.More() {
		var value json.RawMessage
		token, err := decoder.Token()
		name, named := token.(string)
		if err != nil || !named || decoder.Decode(&value) != nil {
			return nil, false
		}
		if _, twice := all[name]; twice {
			name += "2"
		}
		all[name] = plain(value)
	}
	_, err := decoder.Token() // the end of the object
	return all, err == nil && !decoder.More()
}

// plain is a text without its quotes, and any other JSON as it is.
func plain(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(bytes.TrimSpace(value))
}

// take is the value of an attribute, which is shown then and not again.
func (r record) take(name string) string {
	value := r.attributes[name]
	delete(r.attributes, name)
	return value
}

func (r record) has(names ...string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { _, has := r.attributes[name]; return !has })
}

func (f function) human(r record) string {
	switch {
	case r.has("request", "route", "status", "ms"):
		return f.request(r)
	case r.has("command", "user"):
		return f.command(r)
	case r.has("webhook", "event", "status"):
		return f.delivery(r)
	}
	tone := r.tone()
	inline, below := r.rest()
	return f.line(r.at, tone, f.name, append([]string{r.message}, inline...)...) + below
}

func (r record) tone() Tone {
	return map[string]Tone{"WARN": Warn, "ERROR": Bad}[r.level]
}

// request is the line of a request. What else it says is shown only if the function is at fault, except for the cause of a refusal.
func (f function) request(r record) string {
	status, tone := r.take("status"), r.tone()
	if tone == Plain && status >= "400" {
		tone = Warn
	}
	who, id, route := r.take("user"), r.attributes["request"], r.attributes["route"]
	if who == "" {
		who = "guest"
	}
	what := f.asked(id)
	if what == "" {
		what = route
	}
	words := []string{what, status, r.take("reason"), r.take("ms") + " ms"}
	if r.level == "INFO" {
		r.take("request")
		r.take("route")
	}
	inline, below := r.rest()
	return f.line(r.at, tone, who, append(words, inline...)...) + below
}

// command is the line of what an automation asked for.
func (f function) command(r record) string {
	tone, outcome := r.tone(), "done"
	if reason := r.take("reason"); reason != "" {
		tone, outcome = Warn, "refused: "+reason
	}
	words := []string{r.take("command"), "as " + r.take("user"), outcome}
	r.take("account")
	inline, below := r.rest()
	return f.line(r.at, tone, "command", append(words, inline...)...) + below
}

// delivery is the line of an event that a webhook answered to.
func (f function) delivery(r record) string {
	words := []string{r.message, r.take("event"), "webhook " + shortened(r.take("webhook")), r.take("status")}
	r.take("account")
	r.take("event_id")
	inline, below := r.rest()
	return f.line(r.at, r.tone(), f.name, append(words, inline...)...) + below
}

// rest is what was not taken: short values, and below the line those that have lines of their own, such as a stack. What needs attention
// is shown in full.
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
