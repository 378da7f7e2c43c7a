package import Diagnostics
import HTTPTransport
package import OCI
import Storage

extension RemoteRepository {
    /// How many tags are asked for at a time: more is an error for Amazon's registry.
    private static let pageSize = 1000
    /// How many pages a list may have.
    private static let pageLimit = 1000
    /// How many tags a list may have.
    private static let tagLimit = 1_000_000
    /// The longest page that is read, in bytes: 4 MiB.
    private static let pageByteLimit = 4 * 1024 * 1024
    /// How many names that are no tags are shown.
    private static let strangerLimit = 5
    /// How many tags are looked up at the same time.
    private static let parallelLookUps = 4

    /// Lists the tags of the repository, in the order in which the registry names them (distribution spec, "Listing
    /// tags").
    ///
    /// What the registry lists and is no tag is left out, with a warning.
    ///
    /// - Parameters:
    ///   - limit: how many are wanted at most; no more is asked for than that takes.
    ///   - page: is given the tags as they come.
    /// - Returns: whether these are all.
    /// - Throws: ``Failure/Code/notFound`` without such a repository; ``Failure/Code/protocolViolation`` for a list that
    ///   is none, or does not end; what the closure throws.
    @discardableResult
    package func tags(
        limit: Int? = nil,
        _ page: (_ tags: [Tag]) async throws(Failure) -> Void
    ) async throws(Failure) -> Bool {
        var place: HTTPURL?
        var seen: Set<String> = []
        var missing = limit ?? .max
        var received = 0
        var strangers = 0
        defer { reportStrangers(strangers) }
        for _ in 0..<Self.pageLimit {
            let size = min(missing, Self.pageSize)
            let answer = try await retrying("tags") { [place] _ throws(RequestFailure) in
                try await self.tagPage(at: place, size: size)
            }
            received += answer.names.count
            guard received <= Self.tagLimit else { throw endless("it has more than \(Self.tagLimit) tags") }
            let tags = answer.names.compactMap { tag($0, &strangers) }
            try await page(Array(tags.prefix(missing)))
            let isCut = tags.count > missing
            missing -= min(missing, tags.count)
            guard let next = answer.next else { return !isCut }
            guard missing > 0 else { return false }
            seen.insert(answer.url.description)
            guard !seen.contains(next.description) else {
                throw endless("it names the same page a second time")
            }
            place = next
        }
        throw endless("it has more than \(Self.pageLimit) pages")
    }

    /// What each of some tags stands for, in their order; `nil` for one that is gone meanwhile.
    package func current(_ tags: [Tag]) async throws(Failure) -> [Descriptor?] {
        let outcome = await withTaskGroup(of: (Int, Result<Descriptor?, Failure>).self) {
            group -> Result<[Descriptor?], Failure> in
            var found: [Descriptor?] = Array(repeating: nil, count: tags.count)
            var waiting = tags.enumerated().makeIterator()
            func addNext() {
                guard let (position, tag) = waiting.next() else { return }
                group.addTask {
                    do throws(Failure) {
                        return (position, .success(try await self.current(.tag(tag))))
                    } catch {
                        return (position, .failure(error))
                    }
                }
            }
            for _ in 0..<Self.parallelLookUps { addNext() }
            while let (position, result) = await group.next() {
                switch result {
                case .success(let descriptor): found[position] = descriptor
                case .failure(let failure):
                    group.cancelAll()
                    return .failure(failure)
                }
                addNext()
            }
            return .success(found)
        }
        return try outcome.get()
    }

    /// A page of the list, its own address, and that of the next one.
    private typealias TagPage = (names: [String], url: HTTPURL, next: HTTPURL?)

    private func tagPage(at place: HTTPURL?, size: Int) async throws(RequestFailure) -> TagPage {
        struct Page: Decodable {
            let tags: [String]?

            enum CodingKeys: CodingKey { case tags }

            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                // `null` is how some say that there are none; without the member it is something else.
                let isNull = try container.decodeNil(forKey: .tags)
                tags = isNull ? nil : try container.decode([String].self, forKey: .tags)
            }
        }
        let body = BodyBuffer(limit: Self.pageByteLimit)
        let answer =
            if let place {
                try await client.send(Request(method: .get, url: place), into: body)
            } else {
                try await client.send(.get, "tags/list?n=\(size)", into: body)
            }
        guard answer.status == 200 else {
            throw try await client.failure(for: answer, doing: access.action)
        }
        let page = try RequestFailure.rethrowing { () throws(Failure) in
            try CanonicalJSON.decode(
                Page.self,
                from: body.bytes,
                as: "list of tags",
                failing: .protocolViolation
            )
        }
        guard let links = LinkField.all(in: answer.response.headers.all("Link")) else {
            throw RequestFailure(
                Failure(
                    .protocolViolation,
                    "\(registry) does not say how its list of tags goes on",
                    why: "its Link header cannot be read (RFC 8288)"
                )
            )
        }
        var next: HTTPURL?
        if let link = links.first(where: \.isNext) {
            next = try client.resolve(link.target, against: answer.url, as: .link)
        }
        return (page.tags ?? [], answer.url, next)
    }

    private func tag(_ name: String, _ strangers: inout Int) -> Tag? {
        if let tag = try? Tag(parsing: name) { return tag }
        strangers += 1
        guard strangers <= Self.strangerLimit else { return nil }
        client.events.record(
            .warning("\(registry) lists \"\(name.truncated(to: 160))\", which is no tag; it is left out")
        )
        return nil
    }

    /// Says how many names are no tags, when they were too many to show each.
    private func reportStrangers(_ count: Int) {
        guard count > Self.strangerLimit else { return }
        client.events.record(
            .warning(
                "\(registry) lists \(count - Self.strangerLimit) more names that are no tags; they are left out too"
            )
        )
    }

    private func endless(_ why: String) -> Failure {
        Failure(
            .protocolViolation,
            "the list of tags of \(registry)/\(repository) does not end",
            why: why,
            try: ["--limit N, for the first N"]
        )
    }
}

extension RemoteRepository {
    /// Says of a name that is not there which tags are, as far as the registry tells.
    package func explaining(_ failure: Failure) async -> Failure {
        guard failure.code == .notFound else { return failure }
        var known: [Tag] = []
        let isWhole = try? await tags(limit: 10) { known += $0 }
        guard let isWhole, !known.isEmpty else { return failure }
        let list = known.map(\.description).joined(separator: ", ") + (isWhole ? "" : ", …")
        return failure.with(why: "the repository has the tags \(list)")
    }

    /// The tags that stand for an image; `nil` when there are too many to look at, or the registry does not tell.
    package func tags(of digest: Digest) async -> [Tag]? {
        var all: [Tag] = []
        guard let isWhole = try? await tags(limit: 50, { all += $0 }), isWhole,
            let found = try? await current(all)
        else { return nil }
        return zip(all, found).filter { $1?.digest == digest }.map(\.0)
    }
}
