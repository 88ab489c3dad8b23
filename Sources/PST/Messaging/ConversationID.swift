import BinaryIO
import MAPI
import PSTLTP

/// PidTagConversationId as the contents table holds it — [MS-PST] 5.4, [MS-OXOMSG] 2.2.1.2.
enum ConversationID {
    /// The GUID of the conversation index if that is tracked, else the hash of the topic, else none.
    static func of(_ message: PropertyBag, topic: String?) -> [UInt8]? {
        if message.boolean(.conversationIndexTracking) == true, let index = message.binary(.conversationIndex),
            index.count >= 22, index[0] == 1
        {
            return Array(index[6..<22])
        }
        guard let topic, !topic.isEmpty else { return nil }
        var bytes: [UInt8] = []
        PropertyValueEncoding.append(.string(uppercased(topic)), to: &bytes)
        return Digest.md5(bytes)
    }

    /// Character by character and independent of language: what has no single upper-case character stays.
    private static func uppercased(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let mapping = scalar.properties.uppercaseMapping.unicodeScalars
            result.append(mapping.count == 1 ? mapping[mapping.startIndex] : scalar)
        }
        return String(result)
    }
}
