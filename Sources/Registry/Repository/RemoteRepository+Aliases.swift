package import Diagnostics
package import OCI

extension RemoteRepository {
    /// Returns the aliases of a version tag, by the list of the repository's tags.
    ///
    /// It is not atomic: another client may set a tag after the list was read. A repository that does not exist yet has no
    /// tags. Throws the errors of ``tags(limit:_:)``.
    package func versionAliases(of tag: Tag) async throws(Failure) -> VersionTag.Aliases {
        guard let version = VersionTag(tag), !version.isPrerelease else {
            return VersionTag.Aliases(tags: [], kept: [])
        }
        var found: [Tag] = []
        do throws(Failure) {
            try await tags { page throws(Failure) in found += page }
        } catch  where error.code == .notFound {
            // Nothing was pushed yet.
        }
        return version.aliases(among: found)
    }
}
