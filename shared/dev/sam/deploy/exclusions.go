//go:build unix

package main

const emulatorName = "ministack"

// unsupported are the parameters of samconfig.toml that the emulator cannot process, with the reason. They are left
// out.
var unsupported = map[string]string{
	"Alarms=true":            "its CloudFormation refuses alarms with metric math",
	"GradualDeployment=true": "it has no CodeDeploy, and its SAM transform does not know parameter values",
}
