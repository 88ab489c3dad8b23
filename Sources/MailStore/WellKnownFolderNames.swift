/// Folder names by which a role is known where the store does not mark it (SPECIAL-USE, RFC 6154).
/// Compared without regard to case, Unicode-equivalent spellings being equal.
enum WellKnownFolderNames {
    static let names: [FolderRole: [String]] = [
        .inbox: ["INBOX"],
        .sent: [
            "Sent", "Sent Items", "Sent Mail", "Sent Messages", "Gesendet", "Gesendete Elemente", "Gesendete Objekte",
            "Gesendete Nachrichten", "Envoyés", "Éléments envoyés", "Messages envoyés", "Enviados",
            "Elementos enviados", "Itens enviados", "Inviata", "Posta inviata", "Inviati", "Verzonden items",
            "Verzonden", "Отправленные", "送信済み", "送信済みアイテム", "已发送", "已发送邮件",
        ],
        .drafts: [
            "Drafts", "Draft", "Entwürfe", "Brouillons", "Borradores", "Rascunhos", "Bozze", "Concepten",
            "Черновики", "下書き", "草稿",
        ],
        .trash: [
            "Trash", "Deleted Items", "Deleted Messages", "Deleted", "Papierkorb", "Gelöschte Elemente",
            "Gelöschte Objekte", "Gelöscht", "Corbeille", "Éléments supprimés", "Papelera", "Elementos eliminados",
            "Lixeira", "Cestino", "Posta eliminata", "Prullenbak", "Verwijderde items", "Корзина", "Удаленные",
            "ゴミ箱", "削除済みアイテム", "已删除邮件",
        ],
        .junk: [
            "Junk", "Spam", "Junk E-mail", "Junk Email", "Junk Mail", "Unerwünscht", "Junk-E-Mail", "Bulk Mail",
            "Courrier indésirable", "Indésirables", "Correo no deseado", "Posta indesiderata", "Ongewenste e-mail",
            "Спам", "迷惑メール", "垃圾邮件",
        ],
        .archive: ["Archive", "Archives", "Archiv", "Archivo", "Archivio", "Archief", "Архив", "All Mail"],
    ]

    static let roles: [String: FolderRole] = {
        var roles: [String: FolderRole] = [:]
        for (role, names) in names {
            for name in names { roles[name.lowercased()] = role }
        }
        return roles
    }()
}

extension FolderRole {
    /// The role a name stands for in one of the languages known, at the top of the tree or below INBOX (where
    /// servers with an INBOX namespace keep every folder); nil for any other place or name.
    public init?(wellKnownPath path: FolderPath) {
        let names = path.names
        let isTop = names.count == 1 || (names.count == 2 && names[0].uppercased() == "INBOX")
        guard isTop, let name = names.last, let role = WellKnownFolderNames.roles[name.lowercased()] else { return nil }
        if role == .inbox && names.count > 1 { return nil }
        self = role
    }
}
