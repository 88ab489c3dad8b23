import BinaryIO
import Glibc
import MailStore

/// Takes a message that is to be delivered: in memory at first, a large one in a file.
final class DeliverySpool: MessageContentSink {
    /// Where a large message goes; nil: only its digest is wanted.
    private let stagingPath: (() -> [UInt8])?
    /// Of what is not kept.
    private let sha = SHA256()
    private(set) var count = 0
    private var memory: [UInt8] = []
    private var file: StagedFile?

    init(stagingPath: (() -> [UInt8])?) {
        self.stagingPath = stagingPath
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        count += bytes.count
        guard let stagingPath else { return sha.update(bytes) }
        if file == nil {
            if bytes.count <= MaildirLimits.deliveryInMemory - memory.count {
                memory.append(contentsOf: bytes)
                return
            }
            let staged = try StagedFile(stagingPath())
            let held = memory
            memory = []
            try staged.write(held)
            file = staged
        }
        try file?.write(bytes)
    }

    func restart() throws(StoreError) {
        _ = sha.finish()
        count = 0
        memory = []
        file = nil
    }

    /// The content and its digest; the spool is empty afterwards.
    /// - Parameter known: SHA-256 of the content, where it is known: nothing is hashed then.
    func finish(digest known: [UInt8]?) throws(StoreError) -> (content: DeliveryContent, digest: ContentDigest) {
        defer { memory = [] }
        if let file {
            self.file = nil
            file.close()
            let digest = if let known { known } else { try file.digest() }
            return (.staged(file), ContentDigest(sha256: digest))
        }
        let digest = known ?? (stagingPath == nil ? sha.finish() : Digest.sha256(memory))
        return (.bytes(memory), ContentDigest(sha256: digest))
    }
}

/// The bytes of a message on its way into a folder.
enum DeliveryContent: Sendable {
    case bytes([UInt8])
    case mapped(MappedFile)
    case staged(StagedFile)

    /// Bytes in memory.
    var memorySize: Int {
        if case .bytes(let bytes) = self { return bytes.count }
        return 0
    }
}

/// A large message in a file of its own, removed unless it was moved to where it belongs.
final class StagedFile: @unchecked Sendable {
    // @unchecked: written by the task that prepares the message, then only moved by the store.
    let path: [UInt8]
    private var descriptor: Int32
    private var isMoved = false

    init(_ path: [UInt8]) throws(StoreError) {
        self.path = path
        descriptor = try DestinationFile.create(path)
    }

    deinit {
        close()
        if !isMoved { DestinationFile.remove(path) }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        try DestinationFile.write(bytes, to: descriptor, path)
    }

    func write(_ bytes: [UInt8]) throws(StoreError) {
        try DestinationFile.write(bytes, to: descriptor, path)
    }

    /// SHA-256 of what was written.
    func digest() throws(StoreError) -> [UInt8] {
        let descriptor = SourceFile.open(path + [0])
        guard descriptor >= 0 else { throw DestinationFile.error(errno, path, "cannot read what was just written") }
        defer { Glibc.close(descriptor) }
        let file: MappedFile
        do throws(StorageError) {
            file = try MappedFile.contents(of: descriptor, path: "")
        } catch {
            throw DestinationFile.error(error.errno, path, "cannot read what was just written")
        }
        return file.withUnsafeBytes { bytes in
            let sha = SHA256()
            for start in stride(from: 0, to: bytes.count, by: MappedFile.discardStep) {
                let range = start..<min(start + MappedFile.discardStep, bytes.count)
                sha.update(UnsafeRawBufferPointer(rebasing: bytes[range]))
                file.discard(range)
            }
            return sha.finish()
        }
    }

    func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    func move(to target: [UInt8]) throws(StoreError) {
        let code = DestinationFile.replace(target, by: path)
        guard code == 0 else { throw DestinationFile.error(code, target, "cannot move a message") }
        isMoved = true
    }
}
