import CommandLine

await runMailBackup()
