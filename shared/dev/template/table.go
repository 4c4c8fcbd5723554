package template

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type tableProperties struct {
	BillingMode          types.BillingMode `yaml:"BillingMode"`
	AttributeDefinitions []struct {
		AttributeName string                    `yaml:"AttributeName"`
		AttributeType types.ScalarAttributeType `yaml:"AttributeType"`
	} `yaml:"AttributeDefinitions"`
	KeySchema             []keyElement `yaml:"KeySchema"`
	LocalSecondaryIndexes []struct {
		IndexName  string       `yaml:"IndexName"`
		KeySchema  []keyElement `yaml:"KeySchema"`
		Projection struct {
			ProjectionType types.ProjectionType `yaml:"ProjectionType"`
		} `yaml:"Projection"`
	} `yaml:"LocalSecondaryIndexes"`
	GlobalSecondaryIndexes []any `yaml:"GlobalSecondaryIndexes"`
	StreamSpecification    struct {
		StreamViewType types.StreamViewType `yaml:"StreamViewType"`
	} `yaml:"StreamSpecification"`
	TimeToLiveSpecification struct {
		AttributeName string `yaml:"AttributeName"`
		Enabled       bool   `yaml:"Enabled"`
	} `yaml:"TimeToLiveSpecification"`
}

type keyElement struct {
	AttributeName string        `yaml:"AttributeName"`
	KeyType       types.KeyType `yaml:"KeyType"`
}

func (b *Bundle) readTable(t *template) error {
	tables := t.ofKind(tableKind)
	if len(tables) != 1 {
		return fmt.Errorf("one table is expected, %d are there", len(tables))
	}
	var p tableProperties
	if err := t.decode(tables[0].properties, &p); err != nil {
		return fmt.Errorf("%s: %w", tables[0].id, err)
	}
	if len(p.GlobalSecondaryIndexes) > 0 {
		return fmt.Errorf("%s: global secondary indexes are not read yet: teach shared/dev/template", tables[0].id)
	}
	b.Table = Table{ID: tables[0].id, Input: p.input()}
	if p.TimeToLiveSpecification.Enabled {
		b.Table.TTL = p.TimeToLiveSpecification.AttributeName
	}
	return nil
}

func (p tableProperties) input() *dynamodb.CreateTableInput {
	input := &dynamodb.CreateTableInput{BillingMode: p.BillingMode, KeySchema: keySchema(p.KeySchema)}
	for _, a := range p.AttributeDefinitions {
		input.AttributeDefinitions = append(input.AttributeDefinitions, types.AttributeDefinition{
			AttributeName: aws.String(a.AttributeName), AttributeType: a.AttributeType,
		})
	}
	for _, index := range p.LocalSecondaryIndexes {
		input.LocalSecondaryIndexes = append(input.LocalSecondaryIndexes, types.LocalSecondaryIndex{
			IndexName: aws.String(index.IndexName), KeySchema: keySchema(index.KeySchema),
			Projection: &types.Projection{ProjectionType: index.Projection.ProjectionType},
		})
	}
	if view := p.StreamSpecification.StreamViewType; view != "" {
		input.StreamSpecification = &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: view}
	}
	return input
}

func keySchema(elements []keyElement) []types.KeySchemaElement {
	var schema []types.KeySchemaElement
	for _, e := range elements {
		schema = append(schema, types.KeySchemaElement{AttributeName: aws.String(e.AttributeName), KeyType: e.KeyType})
	}
	return schema
}
