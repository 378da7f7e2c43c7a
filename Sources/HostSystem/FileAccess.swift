import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The owner and permissions of a file, to be copied to the file that replaces it.
struct FileAccess {
    private let owner: (user: UserID, group: GroupID)?
    private let permissions: FilePermissions

    /// The access of a new file with secrets: only for its owner, this user.
    static let ownerOnly = FileAccess(owner: nil, permissions: .ownerReadWrite)

    /// Reads the access of an existing file.
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

    /// Returns whether users other than the owner may read the file.
    static func isShared(_ permissions: FilePermissions) -> Bool {
        !permissions.isDisjoint(with: [.groupRead, .otherRead])
    }

    /// Sets the owner and group of a file; returns whether it succeeded.
    ///
    /// Only root may change the owner; other users may set only groups that they belong to.
    func setOwner(of descriptor: FileDescriptor) -> Bool {
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

    /// Sets the permissions of a file; without the same owner and group, only the owner's permissions.
    func setPermissions(of descriptor: FileDescriptor, isOwned: Bool) {
        let given = isOwned ? permissions : permissions.intersection(.ownerReadWriteExecute)
        try? changePermissions(descriptor, given)
    }
}
