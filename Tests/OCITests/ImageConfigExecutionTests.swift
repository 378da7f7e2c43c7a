import Diagnostics
import OCI
import Testing

@Suite struct ImageConfigExecutionTests {
    @Test func `ignores invalid settings that only Docker uses`() throws {
        let text =
            #"{"Cmd":"x","Entrypoint":1,"Env":["a=b"],"ExposedPorts":[],"StopSignal":{},"User":2,"ArgsEscaped":"y"}"#
        let execution = try CanonicalJSON.decode(
            ImageConfig.Execution.self,
            from: Array(text.utf8),
            as: "config",
            failing: .manifestInvalid
        )
        #expect(execution == .init(env: ["a=b"], workingDir: "/", labels: [:]).withoutWorkingDir)
    }

    @Test func `omits an empty set of labels`() throws {
        var execution = ImageConfig.Execution(env: [], workingDir: "/", labels: ["a": "b"])
        execution.labels = [:]
        #expect(
            String(decoding: try CanonicalJSON.encode(execution), as: UTF8.self)
                == #"{"Env":[],"WorkingDir":"/"}"#
        )
    }
}

extension ImageConfig.Execution {
    fileprivate var withoutWorkingDir: Self {
        var copy = self
        copy.workingDir = nil
        return copy
    }
}
