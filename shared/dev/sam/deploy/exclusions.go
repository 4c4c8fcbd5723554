//go:build unix

package main

const emulatorName = "ministack"

// cannot is what the environments of samconfig.toml ask for and the emulator cannot do, with the reason. These parameters are left out.
var cannot = map[string]string{
	"Alarms=true":            "its CloudFormation refuses alarms with metric math",
	"GradualDeployment=true": "it has no CodeDeploy, and its SAM transform knows no values of parameters, so no deployment group would be made",
}
