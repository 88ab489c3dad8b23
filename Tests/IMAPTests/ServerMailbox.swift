import IMAP
import IMAPGrammar
import IMAPStore
import MailServers
import MailStore
import Synchronization
import TestSupport

/// A mailbox on a real server, changed by a mail program.
actor ServerMailbox: ChangeableMailbox {
    nonisolated let keywords = ["$Label1", "blue"]
    nonisolated let folderNames = ["Alpha", "Größe", "a & b", "Zeta"]

    private let server: MailServer
    private let user: String
    private let program: MailProgram
    private let disabledExtensions: Set<String>
    private var uids: [FolderPath: [String: UInt32]] = [FolderPath(["INBOX"]): [:]]
    private var store: IMAPStore?

    init(on server: MailServer, disabledExtensions: Set<String>) async throws {
        self.server = server
        self.disabledExtensions = disabledExtensions
        user = try server.makeUser()
        program = try await server.client(user)
    }

    func open() async throws -> IMAPStore {
        await store?.close()
        var options = IMAPOptions(session: server.options(user))
        options.session.disabledExtensions = disabledExtensions
        let opened = try await IMAPStore.connect(options)
        store = opened
        return opened
    }

    func close() async {
        await store?.close()
        await program.end()
    }

    private func name(_ path: FolderPath) -> String { path.names.joined(separator: "/") }

    func addFolder(_ path: FolderPath) async throws {
        try await program.create(name(path))
        uids[path] = [:]
    }

    func renameFolder(_ path: FolderPath, to new: FolderPath) async throws {
        // Refused where nothing is selected.
        _ = try? await program.run("UNSELECT")
        var command = program.session.command("RENAME", mailbox: program.name(name(path)))
        command.appendString(program.name(name(new)).wire(program.session.spelling))
        try await program.run(command)
        for old in uids.keys.filter({ $0.isWithin(path) }) {
            uids[FolderPath(new.names + old.names.dropFirst(path.names.count))] = uids.removeValue(forKey: old)
        }
    }

    func removeFolder(_ path: FolderPath) async throws {
        // Refused where nothing is selected.
        _ = try? await program.run("UNSELECT")
        try await program.run(program.session.command("DELETE", mailbox: program.name(name(path))))
        uids[path] = nil
    }

    func deliver(_ text: String, to folder: FolderPath) async throws {
        let status = try await program.append(Array(text.utf8), to: name(folder))
        guard case .other("APPENDUID", let arguments)? = status.code,
            let uid = arguments.split(separator: " ").last.flatMap({ UInt32($0) })
        else { throw ServerFailure(description: "no APPENDUID") }
        uids[folder, default: [:]][text] = uid
    }

    func setState(_ state: MessageState, of text: String, in folder: FolderPath) async throws {
        var flags = state.keywords
        for (flag, isSet) in [
            ("\\Seen", state.seen), ("\\Answered", state.answered), ("\\Flagged", state.flagged),
            ("\\Draft", state.draft),
        ] where isSet { flags.append(flag) }
        let uid = try await select(text, in: folder)
        try await program.run("UID STORE \(uid) FLAGS.SILENT (\(flags.joined(separator: " ")))")
    }

    func move(_ text: String, from folder: FolderPath, to target: FolderPath) async throws {
        let uid = try await select(text, in: folder)
        let placed = Mutex<UInt32?>(nil)
        let command = program.session.command("UID MOVE \(uid)", mailbox: program.name(name(target)))
        try await program.run(
            command,
            each: { response in
                guard case .status(let status) = response, case .other("COPYUID", let arguments)? = status.code else {
                    return
                }
                placed.withLock { $0 = arguments.split(separator: " ").last.flatMap { UInt32($0) } }
            })
        uids[folder]?[text] = nil
        guard let new = placed.withLock({ $0 }) else { throw ServerFailure(description: "no COPYUID") }
        uids[target, default: [:]][text] = new
    }

    func delete(_ text: String, from folder: FolderPath) async throws {
        let uid = try await select(text, in: folder)
        try await program.run("UID STORE \(uid) +FLAGS.SILENT (\\Deleted)")
        try await program.run("UID EXPUNGE \(uid)")
        uids[folder]?[text] = nil
    }

    private func select(_ text: String, in folder: FolderPath) async throws -> UInt32 {
        guard let uid = uids[folder]?[text] else { throw ServerFailure(description: "no such message") }
        try await program.select(name(folder))
        return uid
    }

    func rest() async throws {}
}
