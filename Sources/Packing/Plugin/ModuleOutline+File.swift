package import Diagnostics
package import HostSystem
import ProxyWasm
package import Wasm

extension ModuleOutline {
    /// Reads the outline of the module in an open file; reads only a few bytes of each section.
    ///
    /// Throws the errors of reading the file, and ``Failure/Code/notWasm``, ``Failure/Code/wasmComponent``,
    /// ``Failure/Code/wasmMalformed`` or ``Failure/Code/moduleTooLarge``; `name` is the module's name in messages.
    package init(of name: String, in file: borrowing ReadableFile) throws(Failure) {
        try self.init(of: name, size: file.size) { (offset, count) throws(Failure) in
            try file.read(at: offset, count: count)
        }
    }
}
