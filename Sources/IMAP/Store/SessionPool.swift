import IMAP
import Synchronization

/// The connections of a store: a main one that everything goes over, and more to fetch messages with, once there is much to
/// fetch. A server that does not allow one more is taken at its word: what there is has to do.
final class SessionPool: Sendable {
    /// A place in the pool for one batch.
    struct Lease: Sendable {
        let provider: SessionProvider
        fileprivate let place: Int
        fileprivate let cost: Int
    }

    private struct Place {
        /// Bytes asked for and not yet here.
        var outstanding = 0
        /// Whether a connection has been made.
        var works = false
    }

    private struct State {
        var places: [Place]
        /// Bytes asked for in all.
        var asked = 0
        /// See ``IMAPOptions/bytesPerConnection``.
        let bytesPerConnection: Int
        /// The server allows no more connections than there are.
        var isLimited = false

        /// The place with the least to do. One connection is opened at a time: where it is refused, it was one attempt.
        func best() -> Int {
            let isOpening = places.contains { !$0.works && $0.outstanding > 0 }
            let opened = isLimited || isOpening ? 0 : asked / bytesPerConnection
            let usable = places.indices.filter { $0 == 0 || places[$0].works || $0 <= opened }
            return usable.min { places[$0].outstanding < places[$1].outstanding } ?? 0
        }
    }

    private let providers: [SessionProvider]
    private let state: Mutex<State>

    init(options: IMAPOptions) {
        let count = min(max(options.connections, 1), StoreLimits.connections)
        let opener = SessionOpener(options: options.session)
        providers = (0..<count).map { SessionProvider(options: options, opener: opener, isExtra: $0 > 0) }
        var places = Array(repeating: Place(), count: count)
        // The store is made once the main connection stands.
        places[0].works = true
        state = Mutex(State(places: places, bytesPerConnection: max(options.bytesPerConnection, 1)))
    }

    var main: SessionProvider { providers[0] }

    func close() async {
        for provider in providers { await provider.close() }
    }

    /// A place for a batch of so many messages and bytes, to be given back.
    func lease(messages: Int, bytes: Int) -> Lease {
        let cost = messages * StoreLimits.bytesPerMessage + min(max(bytes, 0), Int(UInt32.max))
        let place = state.withLock { state in
            let place = state.best()
            state.places[place].outstanding += cost
            state.asked += cost
            return place
        }
        return Lease(provider: providers[place], place: place, cost: cost)
    }

    func giveBack(_ lease: Lease) { state.withLock { $0.places[lease.place].outstanding -= lease.cost } }

    /// A connection was made at this place.
    func works(_ lease: Lease) { state.withLock { $0.places[lease.place].works = true } }

    /// No connection can be made at this place.
    /// - Returns: another one to go on with; nil where there is none, or where the server has let us in before and does not
    ///   any more.
    func replacement(for lease: Lease, after error: IMAPError) -> Lease? {
        let place = state.withLock { state -> Int? in
            state.places[lease.place].works = false
            if lease.place > 0 { state.isLimited = true }
            guard lease.place > 0 || error.mayBeLimit, error.code != .cancelled else { return nil }
            let others = state.places.indices.filter { $0 != lease.place && state.places[$0].works }
            let best = others.min { state.places[$0].outstanding < state.places[$1].outstanding }
            guard let place = best ?? (lease.place > 0 ? 0 : nil) else { return nil }
            state.places[lease.place].outstanding -= lease.cost
            state.places[place].outstanding += lease.cost
            return place
        }
        return place.map { Lease(provider: providers[$0], place: $0, cost: lease.cost) }
    }
}
