import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Whose a file is and who may read it, to be handed on to the file that replaces it.
struct FileAccess {
    private let owner: (user: UserID, group: GroupID)?
    private let permissions: FilePermissions

    /// That of a new file with secrets: this user's, and nobody else's.
    static let ownerOnly = FileAccess(owner: nil, permissions: .ownerReadWrite)

    /// That of a file which is there.
    init(of stat: Stat) {
        owner = (stat.userID, stat.groupID)
        permissions = stat.permissions.intersection([
            .ownerReadWriteExecute, .groupReadWriteExecute, .otherReadWriteExecute,
        ])
    }

    private init(owner: (user: UserID, group: GroupID)?, permissions: FilePermissions) {
        self.owner = owner
        self.permissions = permissions
    }

    /// Whether somebody else than the owner may read it.
    static func isShared(_ permissions: FilePermissions) -> Bool {
        !permissions.isDisjoint(with: [.groupRead, .otherRead])
    }

    /// Gives a file the owner and the group; tells whether it has them now.
    ///
    /// Only root may give files away, and anybody else only to groups of their own.
    func giveOwner(to descriptor: FileDescriptor) -> Bool {
        guard let owner else { return true }
        do {
            let stat = try descriptor.stat()
            if stat.userID == owner.user, stat.groupID == owner.group { return true }
            try changeOwner(descriptor, owner.user, owner.group)
            return true
        } catch {
            return false
        }
    }

    /// Gives a file the permissions; those of a group or owner that it does not have are nobody's.
    func givePermissions(to descriptor: FileDescriptor, isOwned: Bool) {
        let given = isOwned ? permissions : permissions.intersection(.ownerReadWriteExecute)
        try? changePermissions(descriptor, given)
    }
}
