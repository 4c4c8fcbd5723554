// The automate function executes the commands of automations, which come from the event bus and from queues.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"personal-rooms/shared/boot"
	"personal-rooms/shared/table"
)

func main() {
	f := boot.Start()
	lambda.Start(newAutomation(table.New(f.DynamoDB, f.Table), f.Env(), f.Log).handle)
}
