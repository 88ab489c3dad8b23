/// A piece of encoded text that one layout describes, and the decoded bytes it stands for.
struct EncodedRun<Layout: Equatable>: Equatable {
    /// Where in the message.
    let text: Range<Int>
    /// The first decoded byte, and how many there are.
    let offset: Int
    let length: Int
    let layout: Layout
}
