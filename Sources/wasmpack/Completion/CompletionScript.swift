import ArgumentParser

/// The completion script of a shell: ArgumentParser's, with what it cannot do.
///
/// That is: names with a colon in bash, which readline splits there; candidates in bash that contain commands; aliases; and
/// the words of `help`.
struct CompletionScript {
    private let shell: Completion.Shell

    init(_ shell: Completion.Shell) { self.shell = shell }

    /// Reads ArgumentParser's own option `--generate-completion-script SHELL`, which packagers know.
    init?(requestedBy arguments: [String]) {
        guard arguments.count == 2, arguments[0] == "--generate-completion-script",
            let shell = Completion.Shell(rawValue: arguments[1])
        else { return nil }
        self.shell = shell
    }

    /// The script.
    var text: String {
        var script = Wasmpack.completionScript(for: CompletionShell(rawValue: shell.rawValue) ?? .bash) + "\n"
        for (old, new) in replacements { script = script.replacing(old, with: new) }
        if shell == .zsh { script = Self.allowingJoinedValues(script) }
        return script + addition
    }

    /// Returns a script for zsh that also completes `--option=value`: "=" is added to options with a value.
    private static func allowingJoinedValues(_ script: String) -> String {
        script.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let option = line.drop { $0 == " " }
            guard option.hasPrefix("'--") || option.hasPrefix("'*--"), option.firstRange(of: "]:") != nil,
                let bracket = line.firstIndex(of: "[")
            else { return line }
            return line[..<bracket] + "=" + line[bracket...]
        }.joined(separator: "\n")
    }

    private static var commands: [any ParsableCommand.Type] { Wasmpack.configuration.subcommands }

    /// Each alias and its command.
    private static var aliases: [(alias: String, command: String)] {
        commands.flatMap { command in command.configuration.aliases.map { ($0, command._commandName) } }
    }

    private static let lastCommand = "help"

    private static var helpWords: String {
        (commands.map { $0._commandName } + HelpTopic.allCases.map(\.rawValue)).joined(separator: " ")
    }

    /// The parts of ArgumentParser's script that are replaced; `CompletionTests` notices if one is missing.
    private var replacements: [(String, String)] {
        let names = Self.aliases.map(\.alias).joined(separator: " ")
        switch shell {
        case .bash:
            return [
                (" \(Self.lastCommand)' -- \"${cur}\"))", " \(Self.lastCommand) \(names)' -- \"${cur}\"))"),
                (
                    "    __wasmpack_offer_flags_options -1\n",
                    "    __wasmpack_offer_flags_options -1\n    __wasmpack_add_completions -W $'"
                        + "\(Self.helpWords.replacing(" ", with: "\\n"))'\n"
                ),
                ("complete -o filenames -F _wasmpack wasmpack\n", ""),
                // The candidates are not passed through "compgen -W", which would expand them.
                (
                    #"__wasmpack_add_completions -W "$(__wasmpack_custom_complete "#,
                    "__wasmpack_add_custom_completions "
                ),
                (
                    #""$(__wasmpack_cursor_index_in_current_word)")""#,
                    #""$(__wasmpack_cursor_index_in_current_word)""#
                ),
            ]
        case .zsh:
            let rows = Self.aliases.map { "            '\($0.alias):Alias of \($0.command)'\n" }.joined()
            let cases = Self.aliases.map { " \($0.alias)) words[1]=\($0.command) ;;" }.joined()
            return [
                (
                    "            'help:Show subcommand help information.'\n",
                    "            'help:Show help about a command, a topic or an error code'\n" + rows
                ),
                (
                    "    arg)\n        case \"${words[1]}\" in\n",
                    "    arg)\n        case \"${words[1]}\" in\(cases) esac\n        case \"${words[1]}\" in\n"
                ),
                ("        '*:subcommands:'\n", "        '*:word:(\(Self.helpWords))'\n"),
            ]
        case .fish:
            return [("function __wasmpack_tokens\n", "function __wasmpack_typed_tokens\n")]
        }
    }

    private var addition: String {
        switch shell {
        case .bash: bashAddition
        case .zsh: ""
        case .fish: fishAddition
        }
    }

    private var bashAddition: String {
        let cases = Self.aliases.map { "        \($0.alias)) joined[1]=\($0.command) ;;\n" }.joined()
        return #"""
            # Adds the program's candidates unexpanded; "compgen -W" would run commands in them.
            # Omits "$" and "`", which readline does not always quote.
            __wasmpack_add_custom_completions() {
                local completion
                while IFS='' read -r completion; do
                    if [[ "${completion}" == "${cur}"* && "${completion}" != *[\$\`]* ]]; then
                        COMPREPLY+=("${completion}")
                    fi
                done < <(__wasmpack_custom_complete "${@}")
            }

            # Joins the words that readline splits at ":", "=" and "@", and replaces an alias by its command.
            __wasmpack_joined() {
                local -a joined=()
                local -i index cword=0
                local word rest="${COMP_LINE}" cur
                for ((index = 0; index < ${#COMP_WORDS[@]}; index++)); do
                    word="${COMP_WORDS[index]}"
                    if [[ "${index}" -eq 0 || "${rest}" == [[:space:]]* ]]; then
                        rest="${rest#"${rest%%[![:space:]]*}"}"
                        joined+=("${word}")
                    else
                        joined[${#joined[@]}-1]+="${word}"
                    fi
                    rest="${rest#"${word}"}"
                    if [[ "${index}" -eq "${COMP_CWORD}" ]]; then cword=$((${#joined[@]} - 1)); fi
                done
                if [[ "${cword}" -gt 1 ]]; then
                    case "${joined[1]}" in

            """# + cases + #"""
                        esac
                    fi
                    cur="${joined[cword]}"
                    # "--option=value" completes like "--option value".
                    if [[ "${cur}" == --*=* ]]; then
                        joined=("${joined[@]:0:cword}" "${cur%%=*}" "${cur#*=}" "${joined[@]:cword+1}")
                        cword=$((cword + 1))
                        cur="${joined[cword]}"
                    fi
                    local -a COMP_WORDS=("${joined[@]}")
                    local -i COMP_CWORD="${cword}"
                    _wasmpack "${1}" "${cur}" "${joined[cword-1]}"
                    # Without a special candidate, any file.
                    if [[ "${#COMPREPLY[@]}" -eq 0 && "${cword}" -gt 1 && "${cur}" != -* \
                        && "${joined[1]}" != help ]]; then
                        local IFS=$'\n'
                        COMPREPLY=($(compgen -f -- "${cur}"))
                    fi
                    # readline replaces only the part after the last character at which it splits.
                    local prefix="${cur%"${2}"}"
                    for ((index = 0; index < ${#COMPREPLY[@]}; index++)); do
                        COMPREPLY[index]="${COMPREPLY[index]#"${prefix}"}"
                    done
                }

                complete -o filenames -o nosort -F __wasmpack_joined wasmpack 2>/dev/null ||
                    complete -o filenames -F __wasmpack_joined wasmpack

                """#
    }

    private var fishAddition: String {
        let cases = Self.aliases.map { "        case \($0.alias)\n            set tokens[2] \($0.command)\n" }
            .joined()
        let names = Self.aliases.map {
            "complete -c 'wasmpack' -n '__fish_use_subcommand' -a '\($0.alias)' -d 'Alias of \($0.command)'\n"
        }
        return """
            # Replaces an alias by its command.
            function __wasmpack_tokens
                set -l tokens (__wasmpack_typed_tokens $argv)
                switch "$tokens[2]"
            \(cases)    end
                if set -q tokens[1]
                    printf '%s\\n' $tokens
                end
            end

            \(names.joined())complete -c 'wasmpack' -n '__fish_seen_subcommand_from help' -f -a '\(Self.helpWords)'

            """
    }
}
