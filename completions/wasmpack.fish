function __wasmpack_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __wasmpack_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __wasmpack_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __wasmpack_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __wasmpack_parse_tokens -S
    set -l unparsed_tokens (__wasmpack_tokens -pc)
    switch $unparsed_tokens[1]
    case 'wasmpack'
        __wasmpack_parse_subcommand 0 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'build'
            __wasmpack_parse_subcommand 1 't/tag=+' 'archive=' 'push' 'f/file=' 'build-arg=+' 'layout=' 'format=' 'config=' 'annotation=+' 'label=+' 'created=' 'compression-level=' 'no-check' 'digest-file=' 'plain-http' 'ca-file=' 'client-cert=' 'client-key=' 'tls-skip-verify' 'timeout=' 'retries=' 'u/username=' 'password-stdin' 'identity-token-stdin' 'authfile=' 'anonymous' 'q/quiet' 'v/verbose' 'debug' 'json' 'color=' 'no-progress' 'no-annotations' 'version' 'h/help'
        case 'check'
            __wasmpack_parse_subcommand 1 'for=+' 'strict' 'envoy=' 'max-size=' 'plain-http' 'ca-file=' 'client-cert=' 'client-key=' 'tls-skip-verify' 'timeout=' 'retries=' 'u/username=' 'password-stdin' 'identity-token-stdin' 'authfile=' 'anonymous' 'q/quiet' 'v/verbose' 'debug' 'json' 'color=' 'no-progress' 'no-annotations' 'version' 'h/help'
        case 'push'
            __wasmpack_parse_subcommand 2 'also-tag=+' 'alias=' 'no-clobber' 'dry-run' 'mount-from=' 'verify' 'layout=' 'format=' 'config=' 'annotation=+' 'label=+' 'created=' 'compression-level=' 'plain-http' 'ca-file=' 'client-cert=' 'client-key=' 'tls-skip-verify' 'timeout=' 'retries=' 'u/username=' 'password-stdin' 'identity-token-stdin' 'authfile=' 'anonymous' 'no-check' 'digest-file=' 'q/quiet' 'v/verbose' 'debug' 'json' 'color=' 'no-progress' 'no-annotations' 'version' 'h/help'
        case 'pull'
            __wasmpack_parse_subcommand 1 'o/output=' 'force' 'expect=' 'layout=' 'plain-http' 'ca-file=' 'client-cert=' 'client-key=' 'tls-skip-verify' 'timeout=' 'retries=' 'u/username=' 'password-stdin' 'identity-token-stdin' 'authfile=' 'anonymous' 'digest-file=' 'q/quiet' 'v/verbose' 'debug' 'json' 'color=' 'no-progress' 'no-annotations' 'version' 'h/help'
        case 'copy'
            __wasmpack_parse_subcommand 2 'format=' 'from-plain-http' 'to-plain-http' 'from-ca-file=' 'to-ca-file=' 'from-authfile=' 'to-authfile=' 'plain-http' 'ca-file=' 'client-cert=' 'client-key=' 'tls-skip-verify' 'timeout=' 'retries=' 'u/username=' 'password-stdin' 'identity-token-stdin' 'authfile=' 'anonymous' 'q/quiet' 'v/verbose' 'debug' 'json' 'color=' 'no-progress' 'no-annotations' 'version' 'h/help'
        case 'tag'
            __wasmpack_parse_subcommand -r 2 'alias=' 'no-clobber' 'plain-http' 'ca-file=' 'client-cert=' 'client-key=' 'tls-skip-verify' 'timeout=' 'retries=' 'u/username=' 'password-stdin' 'identity-token-stdin' 'authfile=' 'anonymous' 'q/quiet' 'v/verbose' 'debug' 'json' 'color=' 'no-progress' 'no-annotations' 'version' 'h/help'
        case 'tags'
            __wasmpack_parse_subcommand 1 'digests' 'limit=' 'plain-http' 'ca-file=' 'client-cert=' 'client-key=' 'tls-skip-verify' 'timeout=' 'retries=' 'u/username=' 'password-stdin' 'identity-token-stdin' 'authfile=' 'anonymous' 'q/quiet' 'v/verbose' 'debug' 'json' 'color=' 'no-progress' 'no-annotations' 'version' 'h/help'
        case 'delete'
            __wasmpack_parse_subcommand 1 'yes' 'plain-http' 'ca-file=' 'client-cert=' 'client-key=' 'tls-skip-verify' 'timeout=' 'retries=' 'u/username=' 'password-stdin' 'identity-token-stdin' 'authfile=' 'anonymous' 'q/quiet' 'v/verbose' 'debug' 'json' 'color=' 'no-progress' 'no-annotations' 'version' 'h/help'
        case 'login'
            __wasmpack_parse_subcommand 1 'u/username=' 'password-stdin' 'identity-token-stdin' 'no-verify' 'plain-http' 'ca-file=' 'client-cert=' 'client-key=' 'tls-skip-verify' 'timeout=' 'retries=' 'authfile=' 'q/quiet' 'v/verbose' 'debug' 'json' 'color=' 'no-progress' 'no-annotations' 'version' 'h/help'
        case 'logout'
            __wasmpack_parse_subcommand 1 'authfile=' 'q/quiet' 'v/verbose' 'debug' 'json' 'color=' 'no-progress' 'no-annotations' 'version' 'h/help'
        case 'inspect'
            __wasmpack_parse_subcommand 1 'raw=' 'module' 'plain-http' 'ca-file=' 'client-cert=' 'client-key=' 'tls-skip-verify' 'timeout=' 'retries=' 'u/username=' 'password-stdin' 'identity-token-stdin' 'authfile=' 'anonymous' 'q/quiet' 'v/verbose' 'debug' 'json' 'color=' 'no-progress' 'no-annotations' 'version' 'h/help'
        case 'ls'
            __wasmpack_parse_subcommand 1 'layout=' 'q/quiet' 'v/verbose' 'debug' 'json' 'color=' 'no-progress' 'no-annotations' 'version' 'h/help'
        case 'digest'
            __wasmpack_parse_subcommand 1 'verify' 'plain-http' 'ca-file=' 'client-cert=' 'client-key=' 'tls-skip-verify' 'timeout=' 'retries=' 'u/username=' 'password-stdin' 'identity-token-stdin' 'authfile=' 'anonymous' 'q/quiet' 'v/verbose' 'debug' 'json' 'color=' 'no-progress' 'no-annotations' 'version' 'h/help'
        case 'verify'
            __wasmpack_parse_subcommand 1 'expect=' 'against=' 'plain-http' 'ca-file=' 'client-cert=' 'client-key=' 'tls-skip-verify' 'timeout=' 'retries=' 'u/username=' 'password-stdin' 'identity-token-stdin' 'authfile=' 'anonymous' 'q/quiet' 'v/verbose' 'debug' 'json' 'color=' 'no-progress' 'no-annotations' 'version' 'h/help'
        case 'generate'
            __wasmpack_parse_subcommand 2 'name=' 'namespace=' 'selector=+' 'target=+' 'phase=' 'priority=' 'fail-strategy=' 'plugin-config=' 'env=+' 'match=+' 'type=' 'pull-policy=' 'pull-secret=' 'root-id=' 'module=' 'for=' 'no-pin' 'offline' 'with=+' 'o/output=' 'force' 'show' 'plain-http' 'ca-file=' 'client-cert=' 'client-key=' 'tls-skip-verify' 'timeout=' 'retries=' 'u/username=' 'password-stdin' 'identity-token-stdin' 'authfile=' 'anonymous' 'q/quiet' 'v/verbose' 'debug' 'json' 'color=' 'no-progress' 'no-annotations' 'version' 'h/help'
        case 'version'
            __wasmpack_parse_subcommand 0 'q/quiet' 'v/verbose' 'debug' 'json' 'color=' 'no-progress' 'no-annotations' 'version' 'h/help'
        case 'completion'
            __wasmpack_parse_subcommand 1 'version' 'h/help'
        case 'help'
            __wasmpack_parse_subcommand -r 1 'version'
        end
    end
end

function __wasmpack_typed_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __wasmpack_parse_subcommand -S -a positional_count
    argparse -s r -- $argv
    set -l option_specs $argv[2..]
    set -l is_repeating_positional $_flag_r
    set -el _flag_r
    set -a commands $unparsed_tokens[1]
    set positional_index 0
    while true
        set -e unparsed_tokens[1]
        argparse -sn "$commands" $option_specs -- $unparsed_tokens 2> /dev/null
        set unparsed_tokens $argv
        set positional_index (math $positional_index + 1)
        for non_repeating_flag_or_option in $non_repeating_flags_or_options
            if set -ql "_flag_$(string replace -a - _ -- $non_repeating_flag_or_option)"
                set non_repeating_flags_or_options_absent 1
                break
            end
        end
        test (count $unparsed_tokens) -eq 0 -o \( -z "$is_repeating_positional" -a "$positional_index" -gt "$positional_count" \) && break
    end
end

function __wasmpack_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __wasmpack_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__wasmpack_tokens -p)
    if test -z "$(__wasmpack_tokens -t)"
        set -l index (count (__wasmpack_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'wasmpack' -f
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack" version' -l 'version' -d 'Show the version.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack" -eq 1' -fa 'build' -d 'Build an OCI image from a Wasm module'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack" -eq 1' -fa 'check' -d 'Check that Istio, Envoy Gateway and Higress accept a plugin'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack" -eq 1' -fa 'push' -d 'Push an image, or a .wasm directly, to a registry'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack" -eq 1' -fa 'pull' -d 'Download a plugin and verify it'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack" -eq 1' -fa 'copy' -d 'Copy images between registries, layouts and archives'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack" -eq 1' -fa 'tag' -d 'Add tags to an image in a registry'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack" -eq 1' -fa 'tags' -d 'List the tags of a repository'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack" -eq 1' -fa 'delete' -d 'Delete a tag or an image from a registry'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack" -eq 1' -fa 'login' -d 'Log in to a registry'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack" -eq 1' -fa 'logout' -d 'Log out of a registry'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack" -eq 1' -fa 'inspect' -d 'Show details of an image or a module'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack" -eq 1' -fa 'ls' -d 'List the images of a layout or an archive'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack" -eq 1' -fa 'digest' -d 'Print the digest of an image'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack" -eq 1' -fa 'verify' -d 'Verify all digests and sizes of an image'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack" -eq 1' -fa 'generate' -d 'Write the YAML that deploys a plugin'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack" -eq 1' -fa 'version' -d 'Show the version'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack" -eq 1' -fa 'completion' -d 'Print a shell completion script'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack build" -eq 1' -fa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'wasm\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build"' -l 'tag' -s 't' -d 'Name of the image; may be repeated' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" archive' -l 'archive' -d 'Write a new .tar archive instead of a layout' -rfa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'tar\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" push' -l 'push' -d 'Push each --tag after the build'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" f file' -l 'file' -s 'f' -d 'The Dockerfile (default: the one in PATH)' -rF
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build"' -l 'build-arg' -d 'Set an ARG of the Dockerfile; may be repeated' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" layout' -l 'layout' -d 'Layout (default: $WASMPACK_LAYOUT or plugin-oci)' -rfa '(__wasmpack_complete_directories)'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" format' -l 'format' -d 'Format: image (default), docker, artifact or wasm' -rfka 'image docker artifact wasm'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" config' -l 'config' -d 'Use this runtime-config.json for --format artifact' -rfa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'json\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build"' -l 'annotation' -d 'Annotate the manifest; may be repeated' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build"' -l 'label' -d 'Add a label to the config; may be repeated' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" created' -l 'created' -d 'Time (default: $SOURCE_DATE_EPOCH or 1970-01-01)' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" compression-level' -l 'compression-level' -d 'Level: 1 (fastest) to 9 (smallest)' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" no-check' -l 'no-check' -d 'Skip the check that proxies will accept the plugin'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" digest-file' -l 'digest-file' -d 'Also write the manifest\'s digest to this file' -rF
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" plain-http' -l 'plain-http' -d 'Use HTTP instead of HTTPS; nothing is encrypted'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" ca-file' -l 'ca-file' -d 'Also trust the CA certificates in this PEM file' -rfa '(set -l exts \'pem\' \'crt\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" client-cert' -l 'client-cert' -d 'Client certificate (PEM) to send to this registry only, if it requests one' -rfa '(set -l exts \'pem\' \'crt\' \'cert\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" client-key' -l 'client-key' -d 'Private key (PEM) of --client-cert, if it is in another file' -rfa '(set -l exts \'pem\' \'key\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" tls-skip-verify' -l 'tls-skip-verify' -d 'Do not verify the registry\'s certificate; the traffic can be intercepted'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" timeout' -l 'timeout' -d 'Abort and clean up if the command takes longer than SECONDS' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" retries' -l 'retries' -d 'Retry temporary failures up to N times' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" u username' -l 'username' -s 'u' -d 'Log in as this user; needs --password-stdin or --identity-token-stdin' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" password-stdin' -l 'password-stdin' -d 'Read the password from standard input'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" identity-token-stdin' -l 'identity-token-stdin' -d 'Read an identity token from standard input, with or without --username'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" authfile' -l 'authfile' -d 'Only source of credentials: a config.json, a Kubernetes Secret (JSON), or its mounted directory' -rF
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" anonymous' -l 'anonymous' -d 'Use no credentials'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" q quiet' -l 'quiet' -s 'q' -d 'Print only the result and errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" v verbose' -l 'verbose' -s 'v' -d 'Report each step, the credentials used, and retries'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" debug' -l 'debug' -d 'Show every exchange with a registry, without secrets; implies --verbose'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" json' -l 'json' -d 'Print one JSON document on standard output, even for errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" color' -l 'color' -d 'When to use color: auto, always or never' -rfka 'auto always never'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" no-progress' -l 'no-progress' -d 'Hide the progress bar'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" no-annotations' -l 'no-annotations' -d 'In GitHub Actions, do not also write warnings and errors as annotations'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" version' -l 'version' -d 'Show the version.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack build" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack check" -eq 1' -fa '(set -l exts \'wasm\' \'tar\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack check"' -l 'for' -d 'Check for istio, envoy-gateway, higress, wkg or all (the first three, the default); may be repeated' -rfka 'istio envoy-gateway higress wkg all'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack check" strict' -l 'strict' -d 'Treat warnings as errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack check" envoy' -l 'envoy' -d 'Also load it in Envoy: the one on $PATH, or the program at PATH' -rF
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack check" max-size' -l 'max-size' -d 'Largest unpacked layer that consumers read' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack check" plain-http' -l 'plain-http' -d 'Use HTTP instead of HTTPS; nothing is encrypted'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack check" ca-file' -l 'ca-file' -d 'Also trust the CA certificates in this PEM file' -rfa '(set -l exts \'pem\' \'crt\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack check" client-cert' -l 'client-cert' -d 'Client certificate (PEM) to send to this registry only, if it requests one' -rfa '(set -l exts \'pem\' \'crt\' \'cert\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack check" client-key' -l 'client-key' -d 'Private key (PEM) of --client-cert, if it is in another file' -rfa '(set -l exts \'pem\' \'key\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack check" tls-skip-verify' -l 'tls-skip-verify' -d 'Do not verify the registry\'s certificate; the traffic can be intercepted'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack check" timeout' -l 'timeout' -d 'Abort and clean up if the command takes longer than SECONDS' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack check" retries' -l 'retries' -d 'Retry temporary failures up to N times' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack check" u username' -l 'username' -s 'u' -d 'Log in as this user; needs --password-stdin or --identity-token-stdin' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack check" password-stdin' -l 'password-stdin' -d 'Read the password from standard input'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack check" identity-token-stdin' -l 'identity-token-stdin' -d 'Read an identity token from standard input, with or without --username'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack check" authfile' -l 'authfile' -d 'Only source of credentials: a config.json, a Kubernetes Secret (JSON), or its mounted directory' -rF
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack check" anonymous' -l 'anonymous' -d 'Use no credentials'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack check" q quiet' -l 'quiet' -s 'q' -d 'Print only the result and errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack check" v verbose' -l 'verbose' -s 'v' -d 'Report each step, the credentials used, and retries'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack check" debug' -l 'debug' -d 'Show every exchange with a registry, without secrets; implies --verbose'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack check" json' -l 'json' -d 'Print one JSON document on standard output, even for errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack check" color' -l 'color' -d 'When to use color: auto, always or never' -rfka 'auto always never'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack check" no-progress' -l 'no-progress' -d 'Hide the progress bar'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack check" no-annotations' -l 'no-annotations' -d 'In GitHub Actions, do not also write warnings and errors as annotations'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack check" version' -l 'version' -d 'Show the version.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack check" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack push" -eq 1' -fka '(__wasmpack_custom_completion ---completion push -- positional@0 (count (__wasmpack_tokens -pc)) (__wasmpack_tokens -tC))'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack push" -eq 2' -fa '(set -l exts \'wasm\' \'tar\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push"' -l 'also-tag' -d 'Also set this tag; may be repeated' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" alias' -l 'alias' -d 'semver: also set shorter tags (v1.4.2 sets v1.4 and v1), unless they point to a newer version' -rfka 'semver'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" no-clobber' -l 'no-clobber' -d 'Push nothing if a tag would move; not atomic'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" dry-run' -l 'dry-run' -d 'Show what would be sent and set, but change nothing'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" mount-from' -l 'mount-from' -d 'Mount blobs from another repository of the registry' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" verify' -l 'verify' -d 'Read the image back after the push'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" layout' -l 'layout' -d 'Layout (default: $WASMPACK_LAYOUT or plugin-oci)' -rfa '(__wasmpack_complete_directories)'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" format' -l 'format' -d 'Format: image (default), docker, artifact or wasm' -rfka 'image docker artifact wasm'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" config' -l 'config' -d 'Use this runtime-config.json for --format artifact' -rfa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'json\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push"' -l 'annotation' -d 'Annotate the manifest; may be repeated' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push"' -l 'label' -d 'Add a label to the config; may be repeated' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" created' -l 'created' -d 'Time (default: $SOURCE_DATE_EPOCH or 1970-01-01)' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" compression-level' -l 'compression-level' -d 'Level: 1 (fastest) to 9 (smallest)' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" plain-http' -l 'plain-http' -d 'Use HTTP instead of HTTPS; nothing is encrypted'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" ca-file' -l 'ca-file' -d 'Also trust the CA certificates in this PEM file' -rfa '(set -l exts \'pem\' \'crt\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" client-cert' -l 'client-cert' -d 'Client certificate (PEM) to send to this registry only, if it requests one' -rfa '(set -l exts \'pem\' \'crt\' \'cert\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" client-key' -l 'client-key' -d 'Private key (PEM) of --client-cert, if it is in another file' -rfa '(set -l exts \'pem\' \'key\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" tls-skip-verify' -l 'tls-skip-verify' -d 'Do not verify the registry\'s certificate; the traffic can be intercepted'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" timeout' -l 'timeout' -d 'Abort and clean up if the command takes longer than SECONDS' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" retries' -l 'retries' -d 'Retry temporary failures up to N times' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" u username' -l 'username' -s 'u' -d 'Log in as this user; needs --password-stdin or --identity-token-stdin' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" password-stdin' -l 'password-stdin' -d 'Read the password from standard input'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" identity-token-stdin' -l 'identity-token-stdin' -d 'Read an identity token from standard input, with or without --username'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" authfile' -l 'authfile' -d 'Only source of credentials: a config.json, a Kubernetes Secret (JSON), or its mounted directory' -rF
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" anonymous' -l 'anonymous' -d 'Use no credentials'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" no-check' -l 'no-check' -d 'Skip the check that proxies will accept the plugin'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" digest-file' -l 'digest-file' -d 'Also write the manifest\'s digest to this file' -rF
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" q quiet' -l 'quiet' -s 'q' -d 'Print only the result and errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" v verbose' -l 'verbose' -s 'v' -d 'Report each step, the credentials used, and retries'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" debug' -l 'debug' -d 'Show every exchange with a registry, without secrets; implies --verbose'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" json' -l 'json' -d 'Print one JSON document on standard output, even for errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" color' -l 'color' -d 'When to use color: auto, always or never' -rfka 'auto always never'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" no-progress' -l 'no-progress' -d 'Hide the progress bar'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" no-annotations' -l 'no-annotations' -d 'In GitHub Actions, do not also write warnings and errors as annotations'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" version' -l 'version' -d 'Show the version.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack push" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack pull" o output' -s 'o' -l 'output' -d 'A file, DIR/, or - for standard output (default: plugin.wasm)' -rfa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'wasm\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack pull" force' -l 'force' -d 'Overwrite a file that has other content'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack pull" expect' -l 'expect' -d 'Fail unless the manifest has this digest' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack pull" layout' -l 'layout' -d 'Write the image to this layout instead of extracting the plugin' -rfa '(__wasmpack_complete_directories)'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack pull" plain-http' -l 'plain-http' -d 'Use HTTP instead of HTTPS; nothing is encrypted'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack pull" ca-file' -l 'ca-file' -d 'Also trust the CA certificates in this PEM file' -rfa '(set -l exts \'pem\' \'crt\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack pull" client-cert' -l 'client-cert' -d 'Client certificate (PEM) to send to this registry only, if it requests one' -rfa '(set -l exts \'pem\' \'crt\' \'cert\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack pull" client-key' -l 'client-key' -d 'Private key (PEM) of --client-cert, if it is in another file' -rfa '(set -l exts \'pem\' \'key\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack pull" tls-skip-verify' -l 'tls-skip-verify' -d 'Do not verify the registry\'s certificate; the traffic can be intercepted'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack pull" timeout' -l 'timeout' -d 'Abort and clean up if the command takes longer than SECONDS' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack pull" retries' -l 'retries' -d 'Retry temporary failures up to N times' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack pull" u username' -l 'username' -s 'u' -d 'Log in as this user; needs --password-stdin or --identity-token-stdin' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack pull" password-stdin' -l 'password-stdin' -d 'Read the password from standard input'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack pull" identity-token-stdin' -l 'identity-token-stdin' -d 'Read an identity token from standard input, with or without --username'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack pull" authfile' -l 'authfile' -d 'Only source of credentials: a config.json, a Kubernetes Secret (JSON), or its mounted directory' -rF
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack pull" anonymous' -l 'anonymous' -d 'Use no credentials'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack pull" digest-file' -l 'digest-file' -d 'Also write the manifest\'s digest to this file' -rF
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack pull" q quiet' -l 'quiet' -s 'q' -d 'Print only the result and errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack pull" v verbose' -l 'verbose' -s 'v' -d 'Report each step, the credentials used, and retries'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack pull" debug' -l 'debug' -d 'Show every exchange with a registry, without secrets; implies --verbose'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack pull" json' -l 'json' -d 'Print one JSON document on standard output, even for errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack pull" color' -l 'color' -d 'When to use color: auto, always or never' -rfka 'auto always never'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack pull" no-progress' -l 'no-progress' -d 'Hide the progress bar'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack pull" no-annotations' -l 'no-annotations' -d 'In GitHub Actions, do not also write warnings and errors as annotations'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack pull" version' -l 'version' -d 'Show the version.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack pull" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack copy" -eq 1' -fa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'tar\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack copy" -eq 2' -fa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'tar\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack copy" format' -l 'format' -d 'Repack the module as image, docker, artifact or wasm' -rfka 'image docker artifact wasm'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack copy" from-plain-http' -l 'from-plain-http' -d 'Use HTTP instead of HTTPS for the registry of FROM'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack copy" to-plain-http' -l 'to-plain-http' -d 'Use HTTP instead of HTTPS for the registry of TO'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack copy" from-ca-file' -l 'from-ca-file' -d 'Like --ca-file, for FROM only' -rfa '(set -l exts \'pem\' \'crt\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack copy" to-ca-file' -l 'to-ca-file' -d 'Like --ca-file, for TO only' -rfa '(set -l exts \'pem\' \'crt\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack copy" from-authfile' -l 'from-authfile' -d 'Like --authfile, for FROM only' -rF
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack copy" to-authfile' -l 'to-authfile' -d 'Like --authfile, for TO only' -rF
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack copy" plain-http' -l 'plain-http' -d 'Use HTTP instead of HTTPS; nothing is encrypted'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack copy" ca-file' -l 'ca-file' -d 'Also trust the CA certificates in this PEM file' -rfa '(set -l exts \'pem\' \'crt\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack copy" client-cert' -l 'client-cert' -d 'Client certificate (PEM) to send to this registry only, if it requests one' -rfa '(set -l exts \'pem\' \'crt\' \'cert\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack copy" client-key' -l 'client-key' -d 'Private key (PEM) of --client-cert, if it is in another file' -rfa '(set -l exts \'pem\' \'key\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack copy" tls-skip-verify' -l 'tls-skip-verify' -d 'Do not verify the registry\'s certificate; the traffic can be intercepted'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack copy" timeout' -l 'timeout' -d 'Abort and clean up if the command takes longer than SECONDS' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack copy" retries' -l 'retries' -d 'Retry temporary failures up to N times' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack copy" u username' -l 'username' -s 'u' -d 'Log in as this user; needs --password-stdin or --identity-token-stdin' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack copy" password-stdin' -l 'password-stdin' -d 'Read the password from standard input'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack copy" identity-token-stdin' -l 'identity-token-stdin' -d 'Read an identity token from standard input, with or without --username'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack copy" authfile' -l 'authfile' -d 'Only source of credentials: a config.json, a Kubernetes Secret (JSON), or its mounted directory' -rF
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack copy" anonymous' -l 'anonymous' -d 'Use no credentials'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack copy" q quiet' -l 'quiet' -s 'q' -d 'Print only the result and errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack copy" v verbose' -l 'verbose' -s 'v' -d 'Report each step, the credentials used, and retries'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack copy" debug' -l 'debug' -d 'Show every exchange with a registry, without secrets; implies --verbose'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack copy" json' -l 'json' -d 'Print one JSON document on standard output, even for errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack copy" color' -l 'color' -d 'When to use color: auto, always or never' -rfka 'auto always never'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack copy" no-progress' -l 'no-progress' -d 'Hide the progress bar'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack copy" no-annotations' -l 'no-annotations' -d 'In GitHub Actions, do not also write warnings and errors as annotations'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack copy" version' -l 'version' -d 'Show the version.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack copy" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tag" alias' -l 'alias' -d 'semver: also set shorter tags (v1.4.2 sets v1.4 and v1), unless they point to a newer version' -rfka 'semver'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tag" no-clobber' -l 'no-clobber' -d 'Set nothing if one of the tags points to another image'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tag" plain-http' -l 'plain-http' -d 'Use HTTP instead of HTTPS; nothing is encrypted'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tag" ca-file' -l 'ca-file' -d 'Also trust the CA certificates in this PEM file' -rfa '(set -l exts \'pem\' \'crt\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tag" client-cert' -l 'client-cert' -d 'Client certificate (PEM) to send to this registry only, if it requests one' -rfa '(set -l exts \'pem\' \'crt\' \'cert\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tag" client-key' -l 'client-key' -d 'Private key (PEM) of --client-cert, if it is in another file' -rfa '(set -l exts \'pem\' \'key\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tag" tls-skip-verify' -l 'tls-skip-verify' -d 'Do not verify the registry\'s certificate; the traffic can be intercepted'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tag" timeout' -l 'timeout' -d 'Abort and clean up if the command takes longer than SECONDS' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tag" retries' -l 'retries' -d 'Retry temporary failures up to N times' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tag" u username' -l 'username' -s 'u' -d 'Log in as this user; needs --password-stdin or --identity-token-stdin' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tag" password-stdin' -l 'password-stdin' -d 'Read the password from standard input'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tag" identity-token-stdin' -l 'identity-token-stdin' -d 'Read an identity token from standard input, with or without --username'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tag" authfile' -l 'authfile' -d 'Only source of credentials: a config.json, a Kubernetes Secret (JSON), or its mounted directory' -rF
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tag" anonymous' -l 'anonymous' -d 'Use no credentials'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tag" q quiet' -l 'quiet' -s 'q' -d 'Print only the result and errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tag" v verbose' -l 'verbose' -s 'v' -d 'Report each step, the credentials used, and retries'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tag" debug' -l 'debug' -d 'Show every exchange with a registry, without secrets; implies --verbose'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tag" json' -l 'json' -d 'Print one JSON document on standard output, even for errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tag" color' -l 'color' -d 'When to use color: auto, always or never' -rfka 'auto always never'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tag" no-progress' -l 'no-progress' -d 'Hide the progress bar'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tag" no-annotations' -l 'no-annotations' -d 'In GitHub Actions, do not also write warnings and errors as annotations'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tag" version' -l 'version' -d 'Show the version.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tag" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tags" digests' -l 'digests' -d 'Show the digest that each tag points to; sends one request per tag'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tags" limit' -l 'limit' -d 'List at most N tags' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tags" plain-http' -l 'plain-http' -d 'Use HTTP instead of HTTPS; nothing is encrypted'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tags" ca-file' -l 'ca-file' -d 'Also trust the CA certificates in this PEM file' -rfa '(set -l exts \'pem\' \'crt\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tags" client-cert' -l 'client-cert' -d 'Client certificate (PEM) to send to this registry only, if it requests one' -rfa '(set -l exts \'pem\' \'crt\' \'cert\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tags" client-key' -l 'client-key' -d 'Private key (PEM) of --client-cert, if it is in another file' -rfa '(set -l exts \'pem\' \'key\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tags" tls-skip-verify' -l 'tls-skip-verify' -d 'Do not verify the registry\'s certificate; the traffic can be intercepted'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tags" timeout' -l 'timeout' -d 'Abort and clean up if the command takes longer than SECONDS' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tags" retries' -l 'retries' -d 'Retry temporary failures up to N times' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tags" u username' -l 'username' -s 'u' -d 'Log in as this user; needs --password-stdin or --identity-token-stdin' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tags" password-stdin' -l 'password-stdin' -d 'Read the password from standard input'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tags" identity-token-stdin' -l 'identity-token-stdin' -d 'Read an identity token from standard input, with or without --username'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tags" authfile' -l 'authfile' -d 'Only source of credentials: a config.json, a Kubernetes Secret (JSON), or its mounted directory' -rF
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tags" anonymous' -l 'anonymous' -d 'Use no credentials'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tags" q quiet' -l 'quiet' -s 'q' -d 'Print only the result and errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tags" v verbose' -l 'verbose' -s 'v' -d 'Report each step, the credentials used, and retries'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tags" debug' -l 'debug' -d 'Show every exchange with a registry, without secrets; implies --verbose'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tags" json' -l 'json' -d 'Print one JSON document on standard output, even for errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tags" color' -l 'color' -d 'When to use color: auto, always or never' -rfka 'auto always never'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tags" no-progress' -l 'no-progress' -d 'Hide the progress bar'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tags" no-annotations' -l 'no-annotations' -d 'In GitHub Actions, do not also write warnings and errors as annotations'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tags" version' -l 'version' -d 'Show the version.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack tags" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack delete" yes' -l 'yes' -d 'Do not ask for confirmation'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack delete" plain-http' -l 'plain-http' -d 'Use HTTP instead of HTTPS; nothing is encrypted'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack delete" ca-file' -l 'ca-file' -d 'Also trust the CA certificates in this PEM file' -rfa '(set -l exts \'pem\' \'crt\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack delete" client-cert' -l 'client-cert' -d 'Client certificate (PEM) to send to this registry only, if it requests one' -rfa '(set -l exts \'pem\' \'crt\' \'cert\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack delete" client-key' -l 'client-key' -d 'Private key (PEM) of --client-cert, if it is in another file' -rfa '(set -l exts \'pem\' \'key\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack delete" tls-skip-verify' -l 'tls-skip-verify' -d 'Do not verify the registry\'s certificate; the traffic can be intercepted'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack delete" timeout' -l 'timeout' -d 'Abort and clean up if the command takes longer than SECONDS' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack delete" retries' -l 'retries' -d 'Retry temporary failures up to N times' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack delete" u username' -l 'username' -s 'u' -d 'Log in as this user; needs --password-stdin or --identity-token-stdin' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack delete" password-stdin' -l 'password-stdin' -d 'Read the password from standard input'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack delete" identity-token-stdin' -l 'identity-token-stdin' -d 'Read an identity token from standard input, with or without --username'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack delete" authfile' -l 'authfile' -d 'Only source of credentials: a config.json, a Kubernetes Secret (JSON), or its mounted directory' -rF
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack delete" anonymous' -l 'anonymous' -d 'Use no credentials'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack delete" q quiet' -l 'quiet' -s 'q' -d 'Print only the result and errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack delete" v verbose' -l 'verbose' -s 'v' -d 'Report each step, the credentials used, and retries'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack delete" debug' -l 'debug' -d 'Show every exchange with a registry, without secrets; implies --verbose'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack delete" json' -l 'json' -d 'Print one JSON document on standard output, even for errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack delete" color' -l 'color' -d 'When to use color: auto, always or never' -rfka 'auto always never'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack delete" no-progress' -l 'no-progress' -d 'Hide the progress bar'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack delete" no-annotations' -l 'no-annotations' -d 'In GitHub Actions, do not also write warnings and errors as annotations'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack delete" version' -l 'version' -d 'Show the version.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack delete" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack login" u username' -l 'username' -s 'u' -d 'User name (default: prompt)' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack login" password-stdin' -l 'password-stdin' -d 'Read the password from standard input (default: prompt)'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack login" identity-token-stdin' -l 'identity-token-stdin' -d 'Read an identity token from standard input'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack login" no-verify' -l 'no-verify' -d 'Store the credentials without checking them'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack login" plain-http' -l 'plain-http' -d 'Use HTTP instead of HTTPS; nothing is encrypted'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack login" ca-file' -l 'ca-file' -d 'Also trust the CA certificates in this PEM file' -rfa '(set -l exts \'pem\' \'crt\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack login" client-cert' -l 'client-cert' -d 'Client certificate (PEM) to send to this registry only, if it requests one' -rfa '(set -l exts \'pem\' \'crt\' \'cert\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack login" client-key' -l 'client-key' -d 'Private key (PEM) of --client-cert, if it is in another file' -rfa '(set -l exts \'pem\' \'key\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack login" tls-skip-verify' -l 'tls-skip-verify' -d 'Do not verify the registry\'s certificate; the traffic can be intercepted'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack login" timeout' -l 'timeout' -d 'Abort and clean up if the command takes longer than SECONDS' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack login" retries' -l 'retries' -d 'Retry temporary failures up to N times' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack login" authfile' -l 'authfile' -d 'Credential file to write (default: Docker\'s config.json)' -rF
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack login" q quiet' -l 'quiet' -s 'q' -d 'Print only the result and errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack login" v verbose' -l 'verbose' -s 'v' -d 'Report each step, the credentials used, and retries'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack login" debug' -l 'debug' -d 'Show every exchange with a registry, without secrets; implies --verbose'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack login" json' -l 'json' -d 'Print one JSON document on standard output, even for errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack login" color' -l 'color' -d 'When to use color: auto, always or never' -rfka 'auto always never'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack login" no-progress' -l 'no-progress' -d 'Hide the progress bar'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack login" no-annotations' -l 'no-annotations' -d 'In GitHub Actions, do not also write warnings and errors as annotations'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack login" version' -l 'version' -d 'Show the version.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack login" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack logout" authfile' -l 'authfile' -d 'Credential file to write (default: Docker\'s config.json)' -rF
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack logout" q quiet' -l 'quiet' -s 'q' -d 'Print only the result and errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack logout" v verbose' -l 'verbose' -s 'v' -d 'Report each step, the credentials used, and retries'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack logout" debug' -l 'debug' -d 'Show every exchange with a registry, without secrets; implies --verbose'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack logout" json' -l 'json' -d 'Print one JSON document on standard output, even for errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack logout" color' -l 'color' -d 'When to use color: auto, always or never' -rfka 'auto always never'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack logout" no-progress' -l 'no-progress' -d 'Hide the progress bar'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack logout" no-annotations' -l 'no-annotations' -d 'In GitHub Actions, do not also write warnings and errors as annotations'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack logout" version' -l 'version' -d 'Show the version.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack logout" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack inspect" -eq 1' -fa '(set -l exts \'wasm\' \'tar\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack inspect" raw' -l 'raw' -d 'Print one document byte for byte: manifest or config' -rfka 'manifest config'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack inspect" module' -l 'module' -d 'Show the module of an image in a registry even if its layers have more than 32 MiB'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack inspect" plain-http' -l 'plain-http' -d 'Use HTTP instead of HTTPS; nothing is encrypted'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack inspect" ca-file' -l 'ca-file' -d 'Also trust the CA certificates in this PEM file' -rfa '(set -l exts \'pem\' \'crt\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack inspect" client-cert' -l 'client-cert' -d 'Client certificate (PEM) to send to this registry only, if it requests one' -rfa '(set -l exts \'pem\' \'crt\' \'cert\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack inspect" client-key' -l 'client-key' -d 'Private key (PEM) of --client-cert, if it is in another file' -rfa '(set -l exts \'pem\' \'key\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack inspect" tls-skip-verify' -l 'tls-skip-verify' -d 'Do not verify the registry\'s certificate; the traffic can be intercepted'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack inspect" timeout' -l 'timeout' -d 'Abort and clean up if the command takes longer than SECONDS' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack inspect" retries' -l 'retries' -d 'Retry temporary failures up to N times' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack inspect" u username' -l 'username' -s 'u' -d 'Log in as this user; needs --password-stdin or --identity-token-stdin' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack inspect" password-stdin' -l 'password-stdin' -d 'Read the password from standard input'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack inspect" identity-token-stdin' -l 'identity-token-stdin' -d 'Read an identity token from standard input, with or without --username'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack inspect" authfile' -l 'authfile' -d 'Only source of credentials: a config.json, a Kubernetes Secret (JSON), or its mounted directory' -rF
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack inspect" anonymous' -l 'anonymous' -d 'Use no credentials'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack inspect" q quiet' -l 'quiet' -s 'q' -d 'Print only the result and errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack inspect" v verbose' -l 'verbose' -s 'v' -d 'Report each step, the credentials used, and retries'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack inspect" debug' -l 'debug' -d 'Show every exchange with a registry, without secrets; implies --verbose'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack inspect" json' -l 'json' -d 'Print one JSON document on standard output, even for errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack inspect" color' -l 'color' -d 'When to use color: auto, always or never' -rfka 'auto always never'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack inspect" no-progress' -l 'no-progress' -d 'Hide the progress bar'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack inspect" no-annotations' -l 'no-annotations' -d 'In GitHub Actions, do not also write warnings and errors as annotations'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack inspect" version' -l 'version' -d 'Show the version.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack inspect" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack ls" -eq 1' -fa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'tar\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack ls" layout' -l 'layout' -d 'Layout (default: $WASMPACK_LAYOUT or plugin-oci)' -rfa '(__wasmpack_complete_directories)'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack ls" q quiet' -l 'quiet' -s 'q' -d 'Print only the result and errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack ls" v verbose' -l 'verbose' -s 'v' -d 'Report each step, the credentials used, and retries'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack ls" debug' -l 'debug' -d 'Show every exchange with a registry, without secrets; implies --verbose'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack ls" json' -l 'json' -d 'Print one JSON document on standard output, even for errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack ls" color' -l 'color' -d 'When to use color: auto, always or never' -rfka 'auto always never'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack ls" no-progress' -l 'no-progress' -d 'Hide the progress bar'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack ls" no-annotations' -l 'no-annotations' -d 'In GitHub Actions, do not also write warnings and errors as annotations'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack ls" version' -l 'version' -d 'Show the version.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack ls" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack digest" -eq 1' -fa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'tar\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack digest" verify' -l 'verify' -d 'Download the manifest and compute its digest'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack digest" plain-http' -l 'plain-http' -d 'Use HTTP instead of HTTPS; nothing is encrypted'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack digest" ca-file' -l 'ca-file' -d 'Also trust the CA certificates in this PEM file' -rfa '(set -l exts \'pem\' \'crt\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack digest" client-cert' -l 'client-cert' -d 'Client certificate (PEM) to send to this registry only, if it requests one' -rfa '(set -l exts \'pem\' \'crt\' \'cert\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack digest" client-key' -l 'client-key' -d 'Private key (PEM) of --client-cert, if it is in another file' -rfa '(set -l exts \'pem\' \'key\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack digest" tls-skip-verify' -l 'tls-skip-verify' -d 'Do not verify the registry\'s certificate; the traffic can be intercepted'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack digest" timeout' -l 'timeout' -d 'Abort and clean up if the command takes longer than SECONDS' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack digest" retries' -l 'retries' -d 'Retry temporary failures up to N times' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack digest" u username' -l 'username' -s 'u' -d 'Log in as this user; needs --password-stdin or --identity-token-stdin' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack digest" password-stdin' -l 'password-stdin' -d 'Read the password from standard input'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack digest" identity-token-stdin' -l 'identity-token-stdin' -d 'Read an identity token from standard input, with or without --username'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack digest" authfile' -l 'authfile' -d 'Only source of credentials: a config.json, a Kubernetes Secret (JSON), or its mounted directory' -rF
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack digest" anonymous' -l 'anonymous' -d 'Use no credentials'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack digest" q quiet' -l 'quiet' -s 'q' -d 'Print only the result and errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack digest" v verbose' -l 'verbose' -s 'v' -d 'Report each step, the credentials used, and retries'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack digest" debug' -l 'debug' -d 'Show every exchange with a registry, without secrets; implies --verbose'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack digest" json' -l 'json' -d 'Print one JSON document on standard output, even for errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack digest" color' -l 'color' -d 'When to use color: auto, always or never' -rfka 'auto always never'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack digest" no-progress' -l 'no-progress' -d 'Hide the progress bar'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack digest" no-annotations' -l 'no-annotations' -d 'In GitHub Actions, do not also write warnings and errors as annotations'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack digest" version' -l 'version' -d 'Show the version.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack digest" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack verify" -eq 1' -fa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'tar\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack verify" expect' -l 'expect' -d 'Fail unless the manifest has this digest' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack verify" against' -l 'against' -d 'Also compare with this image or module' -rfa '(set -l exts \'wasm\' \'tar\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack verify" plain-http' -l 'plain-http' -d 'Use HTTP instead of HTTPS; nothing is encrypted'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack verify" ca-file' -l 'ca-file' -d 'Also trust the CA certificates in this PEM file' -rfa '(set -l exts \'pem\' \'crt\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack verify" client-cert' -l 'client-cert' -d 'Client certificate (PEM) to send to this registry only, if it requests one' -rfa '(set -l exts \'pem\' \'crt\' \'cert\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack verify" client-key' -l 'client-key' -d 'Private key (PEM) of --client-cert, if it is in another file' -rfa '(set -l exts \'pem\' \'key\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack verify" tls-skip-verify' -l 'tls-skip-verify' -d 'Do not verify the registry\'s certificate; the traffic can be intercepted'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack verify" timeout' -l 'timeout' -d 'Abort and clean up if the command takes longer than SECONDS' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack verify" retries' -l 'retries' -d 'Retry temporary failures up to N times' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack verify" u username' -l 'username' -s 'u' -d 'Log in as this user; needs --password-stdin or --identity-token-stdin' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack verify" password-stdin' -l 'password-stdin' -d 'Read the password from standard input'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack verify" identity-token-stdin' -l 'identity-token-stdin' -d 'Read an identity token from standard input, with or without --username'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack verify" authfile' -l 'authfile' -d 'Only source of credentials: a config.json, a Kubernetes Secret (JSON), or its mounted directory' -rF
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack verify" anonymous' -l 'anonymous' -d 'Use no credentials'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack verify" q quiet' -l 'quiet' -s 'q' -d 'Print only the result and errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack verify" v verbose' -l 'verbose' -s 'v' -d 'Report each step, the credentials used, and retries'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack verify" debug' -l 'debug' -d 'Show every exchange with a registry, without secrets; implies --verbose'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack verify" json' -l 'json' -d 'Print one JSON document on standard output, even for errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack verify" color' -l 'color' -d 'When to use color: auto, always or never' -rfka 'auto always never'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack verify" no-progress' -l 'no-progress' -d 'Hide the progress bar'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack verify" no-annotations' -l 'no-annotations' -d 'In GitHub Actions, do not also write warnings and errors as annotations'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack verify" version' -l 'version' -d 'Show the version.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack verify" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack generate" -eq 1' -fka 'wasmplugin trafficextension envoy-gateway higress envoy image-volume pull-secret kustomization'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" name' -l 'name' -d 'Name of the object (default: from the repository)' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" namespace' -l 'namespace' -d 'Namespace of the object' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate"' -l 'selector' -d 'Apply to workloads with this label; may be repeated' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate"' -l 'target' -d 'Attach to this object, such as Gateway/my-gateway; may be repeated' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" phase' -l 'phase' -d 'Position in the filter chain' -rfka 'AUTHN AUTHZ STATS'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" priority' -l 'priority' -d 'Order within the phase (-2147483648 to 2147483647); higher runs first' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" fail-strategy' -l 'fail-strategy' -d 'What to do with traffic if the plugin fails' -rfka 'close open reload'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" plugin-config' -l 'plugin-config' -d 'Configuration of the plugin, or the file that contains it' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate"' -l 'env' -d 'Environment variable of the plugin; may be repeated' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate"' -l 'match' -d 'Traffic: client, server or both, with ports; may be repeated' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" type' -l 'type' -d 'Kind of plugin: http (the default) or network' -rfka 'http network'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" pull-policy' -l 'pull-policy' -d 'When proxies fetch the image again' -rfka 'IfNotPresent Always Never'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" pull-secret' -l 'pull-secret' -d 'Secret with the registry\'s credentials' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" root-id' -l 'root-id' -d 'Root ID, for a module with several plugins' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" module' -l 'module' -d 'Path of the module where Envoy runs (envoy)' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" for' -l 'for' -d 'Consumer and version to write for; fields that it lacks are rejected' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" no-pin' -l 'no-pin' -d 'Write the tag, not the digest'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" offline' -l 'offline' -d 'Contact no registry; needs a reference with a digest, or --no-pin'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate"' -l 'with' -d 'Kind of document in the kustomization: wasmplugin, trafficextension, envoy-gateway, higress, pull-secret; may be repeated' -rfka 'wasmplugin trafficextension envoy-gateway higress envoy image-volume pull-secret kustomization'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" o output' -s 'o' -l 'output' -d 'Directory of the kustomization' -rfa '(__wasmpack_complete_directories)'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" force' -l 'force' -d 'Replace files of the kustomization that have other content'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" show' -l 'show' -d 'Allow printing a pull Secret to a terminal'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" plain-http' -l 'plain-http' -d 'Use HTTP instead of HTTPS; nothing is encrypted'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" ca-file' -l 'ca-file' -d 'Also trust the CA certificates in this PEM file' -rfa '(set -l exts \'pem\' \'crt\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" client-cert' -l 'client-cert' -d 'Client certificate (PEM) to send to this registry only, if it requests one' -rfa '(set -l exts \'pem\' \'crt\' \'cert\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" client-key' -l 'client-key' -d 'Private key (PEM) of --client-cert, if it is in another file' -rfa '(set -l exts \'pem\' \'key\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" tls-skip-verify' -l 'tls-skip-verify' -d 'Do not verify the registry\'s certificate; the traffic can be intercepted'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" timeout' -l 'timeout' -d 'Abort and clean up if the command takes longer than SECONDS' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" retries' -l 'retries' -d 'Retry temporary failures up to N times' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" u username' -l 'username' -s 'u' -d 'Log in as this user; needs --password-stdin or --identity-token-stdin' -rfka ''
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" password-stdin' -l 'password-stdin' -d 'Read the password from standard input'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" identity-token-stdin' -l 'identity-token-stdin' -d 'Read an identity token from standard input, with or without --username'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" authfile' -l 'authfile' -d 'Only source of credentials: a config.json, a Kubernetes Secret (JSON), or its mounted directory' -rF
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" anonymous' -l 'anonymous' -d 'Use no credentials'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" q quiet' -l 'quiet' -s 'q' -d 'Print only the result and errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" v verbose' -l 'verbose' -s 'v' -d 'Report each step, the credentials used, and retries'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" debug' -l 'debug' -d 'Show every exchange with a registry, without secrets; implies --verbose'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" json' -l 'json' -d 'Print one JSON document on standard output, even for errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" color' -l 'color' -d 'When to use color: auto, always or never' -rfka 'auto always never'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" no-progress' -l 'no-progress' -d 'Hide the progress bar'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" no-annotations' -l 'no-annotations' -d 'In GitHub Actions, do not also write warnings and errors as annotations'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" version' -l 'version' -d 'Show the version.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack generate" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack version" q quiet' -l 'quiet' -s 'q' -d 'Print only the result and errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack version" v verbose' -l 'verbose' -s 'v' -d 'Report each step, the credentials used, and retries'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack version" debug' -l 'debug' -d 'Show every exchange with a registry, without secrets; implies --verbose'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack version" json' -l 'json' -d 'Print one JSON document on standard output, even for errors'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack version" color' -l 'color' -d 'When to use color: auto, always or never' -rfka 'auto always never'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack version" no-progress' -l 'no-progress' -d 'Hide the progress bar'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack version" no-annotations' -l 'no-annotations' -d 'In GitHub Actions, do not also write warnings and errors as annotations'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack version" version' -l 'version' -d 'Show the version.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack version" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_positional "wasmpack completion" -eq 1' -fka 'bash zsh fish'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack completion" version' -l 'version' -d 'Show the version.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack completion" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'wasmpack' -n '__wasmpack_should_offer_completions_for_flags_or_options "wasmpack help" version' -l 'version' -d 'Show the version.'
# Replaces an alias by its command.
function __wasmpack_tokens
    set -l tokens (__wasmpack_typed_tokens $argv)
    switch "$tokens[2]"
        case cp
            set tokens[2] copy
        case rm
            set tokens[2] delete
    end
    if set -q tokens[1]
        printf '%s\n' $tokens
    end
end

complete -c 'wasmpack' -n '__fish_use_subcommand' -a 'cp' -d 'Alias of copy'
complete -c 'wasmpack' -n '__fish_use_subcommand' -a 'rm' -d 'Alias of delete'
complete -c 'wasmpack' -n '__fish_seen_subcommand_from help' -a 'build check push pull copy tag tags delete login logout inspect ls digest verify generate version completion registry credentials references image output fields exit-codes'
