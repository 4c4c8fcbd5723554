package template

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// tableMembers are the properties of a table that matter here. They have the names of the DynamoDB API.
var tableMembers = []string{
	"BillingMode", "AttributeDefinitions", "KeySchema", "LocalSecondaryIndexes", "GlobalSecondaryIndexes",
	"StreamSpecification",
}

func (b *Bundle) readTable(t *template, r resource) error {
	var expiry struct {
		TimeToLive struct {
			AttributeName string `yaml:"AttributeName"`
			Enabled       bool   `yaml:"Enabled"`
		} `yaml:"TimeToLiveSpecification"`
	}
	members, input := map[string]any{}, &dynamodb.CreateTableInput{}
	if err := t.decode(r.properties, &expiry); err != nil {
		return err
	}
	if err := t.decode(r.properties, &members); err != nil {
		return err
	}
	maps.DeleteFunc(members, func(name string, _ any) bool { return !slices.Contains(tableMembers, name) })
	text, err := json.Marshal(members)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, input); err != nil {
		return err
	}
	if input.StreamSpecification != nil {
		input.StreamSpecification.StreamEnabled = aws.Bool(true)
	}
	b.Table = Table{ID: r.id, Input: input}
	if expiry.TimeToLive.Enabled {
		b.Table.TTL = expiry.TimeToLive.AttributeName
	}
	return nil
}
