package rules

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"personal-rooms/shared/account"
	"personal-rooms/shared/dev/testkit/dynamotest"
)

// personActions are the lines of admins who erase users.
func personActions() []command {
	return []command{
		{"WHO erases USER, who was deleted", call.eraseDeleted},
		{"WHO erases USER(?P<KEEPS>, keeping the records)?", call.erase},
		{"WHO begins to erase USER", func(c call) string {
			_, err := c.persons(false).Erase(c.ctx(), c.by(), c.arg("USER"))
			return c.result(err)
		}},
	}
}

func personQuestions() []command {
	return []command{
		{"what names USER", func(c call) string { return c.itemsNaming(c.arg("USER")) }},
		{"what WHO reads of USER", call.export},
		{"the report of WHO on USER", func(c call) string {
			e, err := c.persons(false).Erase(c.ctx(), c.by(), c.arg("USER"))
			if err != nil || !e.Done() {
				return c.result(err)
			}
			return list(e.Report(), func(r account.ErasedCount) string { return fmt.Sprint(r.Count, " ", r.Kind, " ", r.How) })
		}},
	}
}

// persons does little in each request, so that there are many.
func (c call) persons(keep bool) *account.Persons {
	env := c.Env
	env.Config.KeepErasedRecords = keep
	store, isPersonStore := c.Store.(account.PersonStore)
	if !isPersonStore {
		c.t.Fatal("the store has no personal data")
	}
	return account.NewPersons(store, c.Profiles(), env).InPieces(2, 7)
}

// erase repeats the request until it is done, as clients do.
func (c call) erase() string {
	for {
		e, err := c.persons(c.arg("KEEPS") != "").Erase(c.ctx(), c.by(), c.arg("USER"))
		if err != nil || e.Done() {
			return c.result(err)
		}
	}
}

// eraseDeleted repeats the request with the address that the user had.
func (c call) eraseDeleted() string {
	for {
		e, err := c.persons(false).EraseDeleted(c.ctx(), c.by(), c.arg("USER"), callerOf(c.arg("USER")).Email)
		if err != nil || e.Done() {
			return c.result(err)
		}
	}
}

// export names the kinds of what the export has, those of others with a star; with each value that has the user.
func (c call) export() string {
	kinds := map[string]bool{}
	for token := ""; ; {
		e, err := c.persons(false).Export(c.ctx(), c.by(), c.arg("USER"), token)
		if err != nil {
			return c.result(err)
		}
		for _, item := range e.Items {
			kinds[item.Kind+map[bool]string{false: "*"}[item.Own]] = true
		}
		if token = e.Next; token == "" {
			return list(slices.Sorted(maps.Keys(kinds)), func(kind string) string { return kind })
		}
	}
}

// itemsNaming returns the types of the items of the whole table that have the user's name, id or address anywhere.
func (c call) itemsNaming(user string) string {
	word := regexp.MustCompile(`(?i)\b` + user + `\b`)
	kinds := map[string]bool{}
	client := dynamotest.Client(c.t)
	for pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{TableName: &c.table}); pages.HasMorePages(); {
		page, err := pages.NextPage(c.ctx())
		c.must(err)
		for _, stored := range page.Items {
			var it map[string]any
			c.must(attributevalue.UnmarshalMap(stored, &it))
			plain, err := json.Marshal(it)
			c.must(err)
			if word.Match(plain) && it["type"] != "budget" {
				kinds[fmt.Sprint(it["type"])] = true
			}
		}
	}
	return cmp.Or(strings.Join(slices.Sorted(maps.Keys(kinds)), " "), "nothing")
}
