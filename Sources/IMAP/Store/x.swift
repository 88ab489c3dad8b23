import IMAP
