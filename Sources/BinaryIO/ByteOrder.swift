/// Little-endian numbers in byte arrays and raw memory; everything in a PST is little-endian.
extension [UInt8] {
    /// Appends the bytes of `value`, least significant first.
    @inlinable
    public mutating func append<Value: FixedWidthInteger>(littleEndian value: Value) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    /// Overwrites the bytes at `offset` with `value`; the caller has made the room.
    @inlinable
    public mutating func store<Value: FixedWidthInteger>(littleEndian value: Value, at offset: Int) {
        withUnsafeMutableBytes { $0.store(littleEndian: value, at: offset) }
    }

    /// The number at `offset`; nil where it does not lie wholly inside.
    @inlinable
    public func loadLittleEndian<Value: FixedWidthInteger>(_ type: Value.Type, at offset: Int) -> Value? {
        withUnsafeBytes { $0.loadLittleEndian(type, at: offset) }
    }
}

extension UnsafeMutableRawBufferPointer {
    @inlinable
    public func store<Value: FixedWidthInteger>(littleEndian value: Value, at offset: Int) {
        storeBytes(of: value.littleEndian, toByteOffset: offset, as: Value.self)
    }
}

extension UnsafeRawBufferPointer {
    /// The number at `offset`; nil where it does not lie wholly inside.
    @inlinable
    public func loadLittleEndian<Value: FixedWidthInteger>(_ type: Value.Type, at offset: Int) -> Value? {
        guard offset >= 0, offset <= count - MemoryLayout<Value>.size else { return nil }
        return Value(littleEndian: loadUnaligned(fromByteOffset: offset, as: Value.self))
    }
}

/// The standard library's `withUnsafeBytes` of arrays loses the type of a thrown error; these keep it.
extension [UInt8] {
    @inlinable
    public func withBytes<Result, E: Error>(
        _ body: (UnsafeRawBufferPointer) throws(E) -> Result
    ) throws(E) -> Result {
        try withUnsafeBufferPointer { (buffer) throws(E) in try body(UnsafeRawBufferPointer(buffer)) }
    }

    @inlinable
    public mutating func withMutableBytes<Result, E: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(E) -> Result
    ) throws(E) -> Result {
        try withUnsafeMutableBufferPointer { (buffer) throws(E) in try body(UnsafeMutableRawBufferPointer(buffer)) }
    }
}
