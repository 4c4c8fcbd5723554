package template

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// tableProperties are the properties of a table under the names of CloudFormation, which are those of the DynamoDB API.
type tableProperties struct {
	BillingMode             types.BillingMode
	AttributeDefinitions    []types.AttributeDefinition
	KeySchema               []types.KeySchemaElement
	LocalSecondaryIndexes   []types.LocalSecondaryIndex
	GlobalSecondaryIndexes  []types.GlobalSecondaryIndex
	StreamSpecification     *types.StreamSpecification
	TimeToLiveSpecification struct {
		AttributeName string
		Enabled       bool
	}
}

func (b *Bundle) readTable(t *template, r resource) error {
	if b.Table.Input != nil {
		return fmt.Errorf("there is more than one table")
	}
	var members map[string]any
	if err := t.decode(r.properties, &members); err != nil {
		return err
	}
	text, err := json.Marshal(members)
	if err != nil {
		return err
	}
	var p tableProperties
	if err := json.Unmarshal(text, &p); err != nil {
		return err
	}
	if p.StreamSpecification != nil {
		p.StreamSpecification.StreamEnabled = aws.Bool(true)
	}
	b.Table = Table{ID: r.id, Input: &dynamodb.CreateTableInput{
		BillingMode: p.BillingMode, AttributeDefinitions: p.AttributeDefinitions, KeySchema: p.KeySchema,
		LocalSecondaryIndexes: p.LocalSecondaryIndexes, GlobalSecondaryIndexes: p.GlobalSecondaryIndexes,
		StreamSpecification: p.StreamSpecification,
	}}
	if p.TimeToLiveSpecification.Enabled {
		b.Table.TTL = p.TimeToLiveSpecification.AttributeName
	}
	return nil
}
