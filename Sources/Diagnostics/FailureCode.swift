extension Failure {
    /// The stable name of a kind of failure, which `error[…]` shows and scripts may compare.
    ///
    /// Codes are only added, never removed. Each code has exactly one exit status.
    package enum Code: String, Sendable, CaseIterable {
        case usage
        case argumentsSwapped = "arguments-swapped"
        case referenceInvalid = "reference-invalid"
        case repositoryUppercase = "repository-uppercase"
        case tagInvalid = "tag-invalid"
        case digestInvalid = "digest-invalid"
        case nameAmbiguous = "name-ambiguous"

        case fileMissing = "file-missing"
        case pluginMissing = "plugin-missing"
        case layoutMissing = "layout-missing"
        case notFound = "not-found"

        case notWasm = "not-wasm"
        case wasmComponent = "wasm-component"
        case wasmMalformed = "wasm-malformed"
        case moduleTooLarge = "module-too-large"
        case layoutCorrupt = "layout-corrupt"
        case archiveInvalid = "archive-invalid"
        case digestMismatch = "digest-mismatch"
        case manifestInvalid = "manifest-invalid"
        case manifestUnsupported = "manifest-unsupported"
        case layerInvalid = "layer-invalid"
        case dockerfileInvalid = "dockerfile-invalid"
        case dockerfileUnsupported = "dockerfile-unsupported"
        case requestRejected = "request-rejected"
        case deletionUnsupported = "deletion-unsupported"
        case testFileInvalid = "test-file-invalid"

        case addressUnknown = "address-unknown"
        case connectionRefused = "refused"
        case connectionLost = "connection-lost"
        case proxyFailed = "proxy-failed"
        case tlsUnknownAuthority = "tls-unknown-ca"
        case tlsFailed = "tls-failed"
        case serverFailed = "server-failed"
        case cannotListen = "cannot-listen"

        case internalError = "internal"
        case systemLimit = "system-limit"

        case diskFull = "disk-full"
        case fileUnreadable = "file-unreadable"
        case fileUnwritable = "file-unwritable"

        case rateLimited = "rate-limited"
        case timedOut = "timed-out"

        case plainHTTP = "plain-http"
        case protocolViolation = "protocol-violation"
        case addressRejected = "address-rejected"

        case authenticationRequired = "auth-required"
        case authenticationRejected = "auth-rejected"
        case authenticationDenied = "auth-denied"

        case configurationInvalid = "config-invalid"
        case helperMissing = "helper-missing"
        case helperFailed = "helper-failed"
        case envoyMissing = "envoy-missing"
        case libraryUnusable = "library-unusable"

        case fileExists = "file-exists"
        case tagExists = "tag-exists"
        case notConfirmed = "not-confirmed"
        case checkFailed = "check-failed"

        case interrupted
        case terminated
        case hangup = "hangup"

        /// The exit status of this code.
        package var exitStatus: ExitStatus {
            switch self {
            case .usage, .argumentsSwapped, .referenceInvalid, .repositoryUppercase, .tagInvalid,
                .digestInvalid,
                .nameAmbiguous:
                .usage
            case .fileMissing, .pluginMissing, .layoutMissing, .notFound:
                .notFound
            case .notWasm, .wasmComponent, .wasmMalformed, .moduleTooLarge, .layoutCorrupt,
                .archiveInvalid, .digestMismatch, .manifestInvalid, .manifestUnsupported, .layerInvalid,
                .dockerfileInvalid, .dockerfileUnsupported, .requestRejected, .deletionUnsupported,
                .testFileInvalid:
                .badData
            case .addressUnknown, .connectionRefused, .connectionLost, .proxyFailed, .tlsUnknownAuthority,
                .tlsFailed, .serverFailed, .cannotListen:
                .unreachable
            case .internalError:
                .internalError
            case .systemLimit:
                .systemLimit
            case .diskFull, .fileUnreadable, .fileUnwritable:
                .inputOutput
            case .rateLimited, .timedOut:
                .temporary
            case .plainHTTP, .protocolViolation, .addressRejected:
                .protocolViolation
            case .authenticationRequired, .authenticationRejected, .authenticationDenied:
                .noPermission
            case .configurationInvalid, .helperMissing, .helperFailed, .envoyMissing, .libraryUnusable:
                .configuration
            case .fileExists, .tagExists, .notConfirmed, .checkFailed:
                .negativeResult
            case .interrupted:
                .interrupted
            case .terminated:
                .terminated
            case .hangup:
                .hangup
            }
        }
    }
}
