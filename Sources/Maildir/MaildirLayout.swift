/// How folders lie in a Maildir tree.
public enum MaildirLayout: String, Hashable, Sendable, CaseIterable {
    /// Every folder is a directory ".Parent.Child" beside the top's cur and new (Courier, Dovecot's default).
    case maildirPlusPlus = "maildir++"
    /// Every folder is a directory inside its parent's (Dovecot's LAYOUT=fs).
    case filesystem = "fs"
}
