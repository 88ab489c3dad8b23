import IMAPGrammar

/// The ways to log on that a server offers and an account can go, best first — RFC 9051 6.2.
enum LogonMethod: Hashable, Sendable {
    case scram
    case plain
    case login
    case oauthBearer
    case xoauth2

    static func choices(for account: Account, _ capabilities: Capabilities) -> [LogonMethod] {
        let offersLogin = !capabilities.contains("LOGINDISABLED")
        switch account.proof {
        case .token:
            if capabilities.contains("AUTH=OAUTHBEARER") { return [.oauthBearer] }
            return capabilities.contains("AUTH=XOAUTH2") ? [.xoauth2] : []
        case .password:
            var methods: [LogonMethod] = []
            if capabilities.contains("AUTH=SCRAM-SHA-256") { methods.append(.scram) }
            if capabilities.contains("AUTH=PLAIN") { methods.append(.plain) }
            switch account.access {
            case .authorizationIdentity: break
            case .own, .masterUser: if offersLogin { methods.append(.login) }
            // Exchange knows its own form in LOGIN best.
            case .exchange: methods = (offersLogin ? [.login] : []) + methods.filter { $0 == .plain }
            }
            return methods
        }
    }
}
