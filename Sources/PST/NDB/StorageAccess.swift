import BinaryIO

/// Reading and writing of byte arrays, with this layer's errors.
extension Storage {
    func bytes(_ count: Int, at offset: UInt64) throws(NDBError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        try bytes.withMutableBytes { (buffer) throws(NDBError) in
            try storing { () throws(StorageError) in try read(into: buffer, at: offset) }
        }
        return bytes
    }

    func put(_ bytes: [UInt8], at offset: UInt64) throws(NDBError) {
        try bytes.withBytes { (bytes) throws(NDBError) in
            try storing { () throws(StorageError) in try write(bytes, at: offset) }
        }
    }

    func makeDurable() throws(NDBError) {
        try storing { () throws(StorageError) in try sync() }
    }

    func byteCount() throws(NDBError) -> UInt64 {
        try storing { () throws(StorageError) in try size() }
    }

    func setByteCount(_ count: UInt64) throws(NDBError) {
        try storing { () throws(StorageError) in try resize(to: count) }
    }
}
