package importer

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"personal-rooms/shared/meeting"
)

// columns are the fields of a row that are imported, as Zoom names them. Others are left out.
var columns = []string{
	"email", "first_name", "last_name", "display_name", "pmi", "vanity_name", "timezone", "language", "dept", "use_pmi", "role_id", "status",
}

// uniqueColumns are the fields that one user of the file may have.
var uniqueColumns = []string{"email", "pmi", "vanity_name"}

// unique returns what no other row may have: each of uniqueColumns in one spelling, with its name; "" for an empty one.
func (r row) unique() []string {
	all := make([]string, len(uniqueColumns))
	for i, field := range uniqueColumns {
		value := r.fields[field]
		if field == "pmi" {
			value = strings.NewReplacer(" ", "", "-", "").Replace(value)
		}
		if value != "" {
			all[i] = field + " " + meeting.FoldASCII(value)
		}
	}
	return all
}

// A row is one user of the file.
type row struct {
	place  string // "users.csv:7"
	id     string // of another system; empty in CSV
	fields map[string]string
}

// A Conflict says why a row cannot be imported.
type Conflict struct{ Place, Email, Field, Reason string }

func (c Conflict) String() string {
	return fmt.Sprintf("%s: %s: %s: %s", c.Place, c.Email, c.Field, c.Reason)
}

func (r row) conflict(field, reason string) *Conflict {
	return &Conflict{r.place, r.fields["email"], field, reason}
}

// read passes each user of the file on: of CSV with a header; or of JSON, one value after the other, each a user or a
// page of users. In JSON, a user who is there again with the same id adds fields. It notes the columns of CSV that it
// leaves out.
func read(name string, from io.Reader, notes io.Writer, to func(row) error) error {
	in := bufio.NewReader(from)
	first, err := in.Peek(1)
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	case first[0] == '{' || first[0] == '[':
		return readJSON(name, in, to)
	}
	return readCSV(name, in, notes, to)
}

func readCSV(name string, from io.Reader, notes io.Writer, to func(row) error) error {
	in := csv.NewReader(from)
	in.TrimLeadingSpace = true
	header, err := in.Read()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for i := range header {
		header[i] = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(header[i], "\ufeff")))
	}
	if !slices.Contains(header, "email") {
		return fmt.Errorf("%s: the header has no column email", name)
	}
	notImported := slices.DeleteFunc(slices.Clone(header), func(h string) bool { return h == "" || isImported(h) })
	if len(notImported) > 0 {
		_, _ = fmt.Fprintf(notes, "%s: these columns are not imported: %s\n", name, strings.Join(notImported, ", "))
	}
	for {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		line, _ := in.FieldPos(0)
		r := row{place: fmt.Sprint(name, ":", line), fields: map[string]string{}}
		for i, cell := range cells {
			r.set(header[i], strings.TrimSpace(cell))
		}
		if err := to(r); err != nil {
			return err
		}
	}
}

// readJSON keeps all users of the file, to join what it has of each.
func readJSON(name string, from io.Reader, to func(row) error) error {
	in := json.NewDecoder(from)
	in.UseNumber()
	var all joined
	for {
		var v any
		err := in.Decode(&v)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for _, user := range usersIn(v) {
			all.add(name, user)
		}
	}
	for _, r := range all.rows {
		if err := to(r); err != nil {
			return err
		}
	}
	return nil
}

// joined are users, each once by its id.
type joined struct {
	rows []row
	at   map[string]int
}

func (all *joined) add(name string, user map[string]any) {
	r := row{place: fmt.Sprint(name, ": user ", len(all.rows)+1), id: textOf(user["id"]), fields: map[string]string{}}
	for field, value := range user {
		r.set(field, textOf(value))
	}
	if i, known := all.at[r.id]; known && r.id != "" {
		maps.Copy(all.rows[i].fields, r.fields)
		return
	}
	if all.at == nil {
		all.at = map[string]int{}
	}
	all.at[r.id] = len(all.rows)
	all.rows = append(all.rows, r)
}

// usersIn returns the users of a page, a list, or one user.
func usersIn(v any) (all []map[string]any) {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			all = append(all, usersIn(one)...)
		}
	case map[string]any:
		if page, ok := v["users"]; ok {
			return usersIn(page)
		}
		all = append(all, v)
	}
	return all
}

func textOf(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// set stores a field that is imported; a vanity_url as its last part.
func (r row) set(field, value string) {
	if field == "vanity_url" && value != "" {
		field, value = "vanity_name", path.Base(strings.TrimRight(value, "/"))
	}
	if value != "" && isImported(field) {
		r.fields[field] = value
	}
}

func isImported(field string) bool { return field == "vanity_url" || slices.Contains(columns, field) }

// check finds what is wrong with the row without asking the server.
func (r row) check() *Conflict {
	if r.fields["email"] == "" {
		return r.conflict("email", "is missing")
	}
	if n := r.fields["pmi"]; n != "" {
		if _, err := meeting.ParsePMI(n); err != nil {
			return r.conflict("pmi", err.Error())
		}
	}
	if l := r.fields["vanity_name"]; l != "" {
		if _, err := meeting.ParseNewLink(l); err != nil {
			return r.conflict("vanity_name", err.Error())
		}
	}
	if b := r.fields["use_pmi"]; b != "" {
		if _, err := strconv.ParseBool(b); err != nil {
			return r.conflict("use_pmi", "must be true or false")
		}
	}
	if role := r.fields["role_id"]; role != "" && !slices.Contains([]string{"0", "1", "2"}, role) {
		return r.conflict("role_id", "is no role that we know: 0, 1 or 2. The issuer of the account gives admins their scopes")
	}
	if s := r.fields["status"]; s != "" && s != "active" && s != "pending" {
		return r.conflict("status", "is "+s+": only active and pending users are imported")
	}
	return nil
}

// body returns the request that creates the user.
func (r row) body() ([]byte, error) {
	info := map[string]any{"type": 1}
	for field, value := range r.fields {
		switch field {
		case "use_pmi":
			info[field], _ = strconv.ParseBool(value)
		case "role_id", "status":
		default:
			info[field] = value
		}
	}
	return json.Marshal(map[string]any{"action": "create", "user_info": info})
}
