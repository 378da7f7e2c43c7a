package import Diagnostics
import HTTPTransport
package import OCI
import Storage

extension RemoteRepository {
    /// The number of tags requested per page: Amazon's registry rejects larger numbers.
    private static let pageSize = 1000
    /// The largest number of pages in a list.
    private static let pageLimit = 1000
    /// The largest number of tags in a list.
    private static let tagLimit = 1_000_000
    /// The largest size of a page in bytes: 4 MiB.
    private static let pageByteLimit = 4 * 1024 * 1024
    /// The number of invalid names that are shown.
    private static let shownInvalidNames = 5
    /// The number of tags that are looked up in parallel.
    private static let parallelLookUps = 4

    /// Lists the tags of the repository, in the registry's order (distribution spec, "Listing tags").
    ///
    /// Names that are not valid tags are skipped with a warning.
    ///
    /// - Parameters:
    ///   - limit: the largest number of tags; no more pages are requested than needed.
    ///   - page: receives the tags page by page.
    /// - Returns: whether the list is complete.
    /// - Throws: ``Failure/Code/notFound`` if the repository does not exist; ``Failure/Code/protocolViolation`` for a list
    ///   that is invalid or endless; errors of the closure.
    @discardableResult
    package func tags(
        limit: Int? = nil,
        _ page: (_ tags: [Tag]) async throws(Failure) -> Void
    ) async throws(Failure) -> Bool {
        var pageURL: HTTPURL?
        var seen: Set<String> = []
        var remaining = limit ?? .max
        var received = 0
        var invalidCount = 0
        defer { reportInvalidNames(invalidCount) }
        for _ in 0..<Self.pageLimit {
            let size = min(remaining, Self.pageSize)
            let answer = try await retrying("tags") { [pageURL] _ throws(RequestFailure) in
                try await self.tagPage(at: pageURL, size: size)
            }
            received += answer.names.count
            guard received <= Self.tagLimit else { throw endless("it has more than \(Self.tagLimit) tags") }
            let tags = answer.names.compactMap { tag($0, &invalidCount) }
            try await page(Array(tags.prefix(remaining)))
            let isTruncated = tags.count > remaining
            remaining -= min(remaining, tags.count)
            guard let next = answer.next else { return !isTruncated }
            guard remaining > 0 else { return false }
            seen.insert(answer.url.description)
            guard !seen.contains(next.description) else {
                throw endless("it refers to the same page twice")
            }
            pageURL = next
        }
        throw endless("it has more than \(Self.pageLimit) pages")
    }

    /// Returns the manifests that tags point to, in their order; `nil` for a tag that no longer exists.
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

    /// A page of the list with its URL and the next page's.
    private typealias TagPage = (names: [String], url: HTTPURL, next: HTTPURL?)

    private func tagPage(at pageURL: HTTPURL?, size: Int) async throws(RequestFailure) -> TagPage {
        struct Page: Decodable {
            let tags: [String]?

            enum CodingKeys: CodingKey { case tags }

            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                // Some registries send `null` for an empty list; without the member it is not a list of tags.
                let isNull = try container.decodeNil(forKey: .tags)
                tags = isNull ? nil : try container.decode([String].self, forKey: .tags)
            }
        }
        let body = BodyBuffer(limit: Self.pageByteLimit)
        let answer =
            if let pageURL {
                try await client.send(Request(method: .get, url: pageURL), into: body)
            } else {
                try await client.send(.get, "tags/list?n=\(size)", into: body)
            }
        guard answer.status == 200 else {
            throw try await client.failure(for: answer, doing: access.action)
        }
        let page = try RequestFailure.rethrowing { () throws(Failure) in
            if let encoding = answer.response.contentEncoding {
                throw Failure(encoded: encoding, from: registry)
            }
            return try CanonicalJSON.decode(
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
                    "\(registry) sent an invalid link to the next page of tags",
                    why: "its Link header is not valid (RFC 8288)"
                )
            )
        }
        var next: HTTPURL?
        if let link = links.first(where: \.isNext) {
            next = try client.resolve(link.target, against: answer.url, as: .link)
        }
        return (page.tags ?? [], answer.url, next)
    }

    private func tag(_ name: String, _ invalidCount: inout Int) -> Tag? {
        if let tag = try? Tag(parsing: name) { return tag }
        invalidCount += 1
        guard invalidCount <= Self.shownInvalidNames else { return nil }
        client.events.record(
            .warning(
                "\(registry) lists \"\(name.truncated(to: 160))\", which is not a valid tag; it is skipped"
            )
        )
        return nil
    }

    /// Reports the number of invalid names that were not shown.
    private func reportInvalidNames(_ count: Int) {
        guard count > Self.shownInvalidNames else { return }
        client.events.record(
            .warning(
                "\(registry) lists \(count - Self.shownInvalidNames) more names that are not valid tags; they are skipped too"
            )
        )
    }

    private func endless(_ why: String) -> Failure {
        Failure(
            .protocolViolation,
            "the list of tags of \(registry)/\(repository) is too long or circular",
            why: why,
            try: ["use --limit N to list the first N tags"]
        )
    }
}

extension RemoteRepository {
    /// Adds the existing tags to a failure for a missing name, if the registry lists them.
    ///
    /// `tag` is the missing tag; a similar one is suggested.
    package func explaining(_ failure: Failure, for tag: Tag? = nil) async -> Failure {
        guard failure.code == .notFound else { return failure }
        var known: [Tag] = []
        let isComplete = try? await tags(limit: 10) { known += $0 }
        guard let isComplete, !known.isEmpty else { return failure }
        let list = known.map(\.description).joined(separator: ", ") + (isComplete ? "" : ", …")
        let similar = tag?.description.nearestWord(of: known.map(\.description))
        let remedies =
            similar.map { ["use the tag \($0)"] } ?? (isComplete ? ["use one of these tags"] : failure.hints)
        return failure.with(why: "the repository has the tags \(list)", try: remedies)
    }

    /// Returns the tags that point to an image; `nil` if there are too many to check, or the registry does not list them.
    package func tags(of digest: Digest) async -> [Tag]? {
        var all: [Tag] = []
        guard let isComplete = try? await tags(limit: 50, { all += $0 }), isComplete,
            let found = try? await current(all)
        else { return nil }
        return zip(all, found).filter { $1?.digest == digest }.map(\.0)
    }
}
