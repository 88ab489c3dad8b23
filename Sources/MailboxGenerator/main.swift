import ArgumentParser

MailboxGenerator.main()
