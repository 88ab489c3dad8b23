import BinaryIO
import NIOCore
import NIOSSL
import Synchronization

/// Which servers are trusted, and who the client is — TLS 1.2 and 1.3.
public struct TransportSecurity: Sendable {
    /// PEM file of the certificates to trust instead of the system's.
    public var authorityFile: String? { didSet { contexts = SharedContext() } }
    /// SHA-256 of the server's certificate in DER, 32 bytes each. Where there is one, it decides alone: neither who
    /// signed nor which name is in it counts.
    public var fingerprints: [[UInt8]] = []
    /// PEM files, both or none.
    public var clientCertificateFile: String? { didSet { contexts = SharedContext() } }
    public var clientKeyFile: String? { didSet { contexts = SharedContext() } }

    /// One for all connections: reading the system's certificates takes as long as copying a hundred messages.
    private var contexts = SharedContext()

    private final class SharedContext: Sendable {
        let made = Mutex<NIOSSLContext?>(nil)
    }

    public init() {}

    /// What makes a TLS handler for each new connection to `host`.
    func handlerFactory(host: String) throws(IMAPError) -> @Sendable () throws -> NIOSSLClientHandler {
        // Files that were named are looked into at once; the system's certificates only where TLS begins.
        if authorityFile != nil || clientCertificateFile != nil { _ = try context() }
        let serverName = Self.isAddress(host) ? nil : host
        let pinned = fingerprints
        return {
            let context = try context()
            guard !pinned.isEmpty else { return try NIOSSLClientHandler(context: context, serverHostname: serverName) }
            return try NIOSSLClientHandler(context: context, serverHostname: serverName) { chain, promise in
                let der = try? chain.first?.toDERBytes()
                let isPinned = der.map { pinned.contains(Digest.sha256($0)) } ?? false
                promise.succeed(isPinned ? .certificateVerified : .failed)
            }
        }
    }

    private func context() throws(IMAPError) -> NIOSSLContext {
        try contexts.made.withLock { made throws(IMAPError) in
            if let made { return made }
            let context = try makeContext()
            made = context
            return context
        }
    }

    private func makeContext() throws(IMAPError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        do {
            if let authorityFile { configuration.trustRoots = .certificates(try Self.certificates(authorityFile)) }
            if let clientCertificateFile, let clientKeyFile {
                configuration.certificateChain = try Self.certificates(clientCertificateFile).map { .certificate($0) }
                configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: clientKeyFile, format: .pem))
            }
            return try NIOSSLContext(configuration: configuration)
        } catch let error as IMAPError {
            throw error
        } catch {
            throw IMAPError(.configuration, "the certificates of the configuration: \(error)")
        }
    }

    private static func certificates(_ file: String) throws -> [NIOSSLCertificate] {
        do {
            return try NIOSSLCertificate.fromPEMFile(file)
        } catch {
            throw IMAPError(.configuration, "\(file): no certificates in PEM can be read from it")
        }
    }

    private static func isAddress(_ host: String) -> Bool {
        (try? SocketAddress(ipAddress: host, port: 0)) != nil
    }

    /// A TLS failure in words; nil where `error` is none.
    static func describe(_ error: any Error) -> String? {
        if let error = error as? NIOSSLExtraError, error == .failedToValidateHostname {
            return "the server's certificate is for another name"
        }
        guard let error = error as? NIOSSLError else { return nil }
        let text = String(describing: error)
        if text.contains("CERTIFICATE_VERIFY_FAILED") { return "the server's certificate is not trusted" }
        if text.contains("WRONG_VERSION_NUMBER") { return "the server does not speak TLS on this port" }
        switch error {
        case .uncleanShutdown: return nil
        default: return "TLS: \(text)"
        }
    }
}
