import Diagnostics
import HTTPTransport
import OCI
import Testing

@testable import Registry

/// A failed connection to an address that the user did not choose: the message says who named it.
@Suite struct NamedAddressTests {
    private func made(_ kind: TransferError.Kind, as role: URLPolicy.Role?) throws -> Failure {
        RequestFailure(
            TransferError(kind, "the transport's words"),
            to: try HTTPURL(parsing: "https://named.example:8443/x?signature=hush"),
            namedBy: try RegistryName(parsing: "r.example"),
            as: role
        ).failure
    }

    static let unreachable: [TransferError.Kind] = [
        .addressUnknown, .connectionRefused, .unreachable, .connectTimedOut, .proxyFailed,
    ]

    @Test("says who named a host that cannot be reached", arguments: unreachable, URLPolicy.Role.allCases)
    func unreachableHost(kind: TransferError.Kind, role: URLPolicy.Role) throws {
        let failure = try made(kind, as: role)
        let start = "the \(role.rawValue) that r.example names, https://named.example:8443/x"
        #expect(failure.message.hasPrefix(start), "\(failure)")
        #expect(failure.message.hasSuffix("cannot be reached"))
        #expect(failure.why != nil)
        #expect(!"\(failure)".contains("hush"))
        #expect(!"\(failure.hints)".contains("spelling"), "the user did not type the host")
    }

    static let others: [TransferError.Kind] = [
        .addressRejected, .stalled, .connectionLost, .notTLS, .unknownAuthority, .certificateInvalid,
        .tlsFailed,
        .clientCertificateRejected, .protocolViolation,
    ]

    @Test("says who named a host in every other message", arguments: others, URLPolicy.Role.allCases)
    func otherFailure(kind: TransferError.Kind, role: URLPolicy.Role) throws {
        let failure = try made(kind, as: role)
        #expect(failure.message.contains("the \(role.rawValue) that r.example names, named.example:8443,"))
        // These options are for the registry itself and would change nothing.
        for option in ["--tls-skip-verify", "--client-cert", "--plain-http"] {
            #expect(!"\(failure.hints)".contains(option), "\(failure)")
        }
    }

    @Test("names no other server for the registry itself", arguments: unreachable + others)
    func ownHost(kind: TransferError.Kind) throws {
        let failure = try made(kind, as: nil)
        #expect(!failure.message.contains("names"), "\(failure)")
        #expect(failure.message.contains("named.example"), "\(failure)")
    }
}
