// Commands of automations: what others want to happen in rooms, from the event bus and from a queue.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"personal-rooms/shared/boot"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

func main() {
	f := boot.Start()
	store := table.New(f.DynamoDB, f.Table)
	a := automation{turnstile: &meeting.Turnstile{Store: store, Env: f.Env()}, accounts: store, log: f.Log}
	lambda.Start(a.handle)
}
