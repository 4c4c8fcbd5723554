package costs

// Prices in us-east-1 in dollars, as in month.go.
const (
	perSecret       = 0.40       // Secrets Manager, a month
	perQueueRequest = 0.40 / 1e6 // SQS
)

// The assumptions of the doorbell: in each meeting somebody waits while no console is open.
const (
	millisecondsRing = 150.0 // to read who waits, and to send to the devices of a host
)

// doorbell returns what the doorbell costs in a month, for a function of memory MB that rings.
func doorbell(memory float64) func(month) float64 {
	row := Of("deliver")["ring the device of a host"]
	perRing := requestsAMessage*perQueueRequest + perInvocation + millisecondsRing/1000*memory/1024*perGBSecond +
		row.Reads*perReadUnit + row.Writes*perWriteUnit
	return func(m month) float64 {
		return perSecret + secondsInAMonth*pollsASecond*perQueueRequest + m.rings*perRing
	}
}
