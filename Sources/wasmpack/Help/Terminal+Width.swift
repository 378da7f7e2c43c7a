import HostSystem
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension Terminal {
    /// The width for help in characters: that of the terminal on standard output, else `$COLUMNS`, else 80.
    static var helpWidth: Int {
        if TerminalSize.isTerminal(.standardOutput) { return TerminalSize.columns(.standardOutput) }
        return getenv("COLUMNS").flatMap { Int(String(cString: $0)) } ?? 80
    }
}
