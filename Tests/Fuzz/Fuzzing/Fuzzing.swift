import CFuzzer
import Glibc

/// Gives a function one input after the other, until the time is over or it crashes.
///
/// SwiftPM renames `main`, so that libFuzzer's own cannot be the program's.
public func runFuzzer(_ take: @escaping @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32) -> Never {
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    exit(LLVMFuzzerRunDriver(&count, &arguments, take))
}

/// The bytes of one input.
public func bytes(_ data: UnsafePointer<UInt8>?, _ size: Int) -> [UInt8] {
    Array(UnsafeBufferPointer(start: data, count: size))
}
