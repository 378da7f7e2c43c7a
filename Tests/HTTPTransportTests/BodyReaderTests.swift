import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import HTTPTransport

@Suite struct BodyReaderTests {
    static let errors: [(error: Errno, kind: TransferError.Kind, why: String)] = [
        (.tooManyOpenFiles, .limitReached, "the process's limit"),
        (.tooManyOpenFilesInSystem, .limitReached, "the system's limit"),
        (.noMemory, .limitReached, "no memory"),
        (.noBufferSpace, .limitReached, "no buffers"),
        (.permissionDenied, .bodyUnreadable, "the file's fault"),
        (.ioError, .bodyUnreadable, "the disk's fault"),
    ]

    @Test("tells a limit of the system from a fault of the file", arguments: errors)
    func kinds(error: Errno, kind: TransferError.Kind, why: String) {
        #expect(TransferError.Kind.unreadable(error) == kind, "\(why)")
    }

    @Test func `a file that cannot be opened because of a limit names the limit`() async {
        await #expect(processExitsWith: .success) {
            var limit = rlimit(rlim_cur: 0, rlim_max: 0)
            #if canImport(Glibc)
                let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
            #else
                let resource = RLIMIT_NOFILE
            #endif
            getrlimit(resource, &limit)
            limit.rlim_cur = 3
            guard setrlimit(resource, &limit) == 0 else { exit(3) }
            do throws(TransferError) {
                _ = try BodyReader(.file("/etc/passwd", size: 1))
                exit(1)
            } catch {
                exit(error.kind == .limitReached ? 0 : 2)
            }
        }
    }

    @Test func `a file that does not exist is unreadable`() {
        let error = #expect(throws: TransferError.self) { try BodyReader(.file("/missing/file", size: 1)) }
        #expect(error?.kind == .bodyUnreadable)
    }
}
