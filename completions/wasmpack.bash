#!/bin/bash

__wasmpack_cursor_index_in_current_word() {
    local remaining="${COMP_LINE}"

    local word
    for word in "${COMP_WORDS[@]::COMP_CWORD}"; do
        remaining="${remaining##*([[:space:]])"${word}"*([[:space:]])}"
    done

    local -ir index="$((COMP_POINT - ${#COMP_LINE} + ${#remaining}))"
    if [[ "${index}" -le 0 ]]; then
        printf 0
    else
        printf %s "${index}"
    fi
}

# positional arguments:
#
# - 1: the current (sub)command's count of positional arguments
#
# required variables:
#
# - repeating_flags: the repeating flags that the current (sub)command can accept
# - non_repeating_flags: the non-repeating flags that the current (sub)command can accept
# - repeating_options: the repeating options that the current (sub)command can accept
# - non_repeating_options: the non-repeating options that the current (sub)command can accept
# - positional_number: value ignored
# - unparsed_words: unparsed words from the current command line
#
# modified variables:
#
# - non_repeating_flags: remove flags for this (sub)command that are already on the command line
# - non_repeating_options: remove options for this (sub)command that are already on the command line
# - positional_number: set to the current positional number
# - unparsed_words: remove all flags, options, and option values for this (sub)command
__wasmpack_offer_flags_options() {
    local -ir positional_count="${1}"
    positional_number=0

    local was_flag_option_terminator_seen=false
    local is_parsing_option_value=false

    local -ar unparsed_word_indices=("${!unparsed_words[@]}")
    local -i word_index
    for word_index in "${unparsed_word_indices[@]}"; do
        if "${is_parsing_option_value}"; then
            # This word is an option value:
            # Reset marker for next word iff not currently the last word
            [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]] && is_parsing_option_value=false
            unset "unparsed_words[${word_index}]"
            # Do not process this word as a flag or an option
            continue
        fi

        local word="${unparsed_words["${word_index}"]}"
        if ! "${was_flag_option_terminator_seen}"; then
            case "${word}" in
            --)
                unset "unparsed_words[${word_index}]"
                # by itself -- is a flag/option terminator, but if it is the last word, it is the start of a completion
                if [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]]; then
                    was_flag_option_terminator_seen=true
                fi
                continue
                ;;
            -*)
                # ${word} is a flag or an option
                # If ${word} is an option, mark that the next word to be parsed is an option value
                local option
                for option in "${repeating_options[@]}" "${non_repeating_options[@]}"; do
                    [[ "${word}" = "${option}" ]] && is_parsing_option_value=true && break
                done

                # Remove ${word} from ${non_repeating_flags} or ${non_repeating_options} so it isn't offered again
                local not_found=true
                local -i index
                for index in "${!non_repeating_flags[@]}"; do
                    if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                        unset "non_repeating_flags[${index}]"
                        non_repeating_flags=("${non_repeating_flags[@]}")
                        not_found=false
                        break
                    fi
                done
                if "${not_found}"; then
                    for index in "${!non_repeating_flags[@]}"; do
                        if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                            unset "non_repeating_flags[${index}]"
                            non_repeating_flags=("${non_repeating_flags[@]}")
                            break
                        fi
                    done
                fi
                unset "unparsed_words[${word_index}]"
                continue
                ;;
            esac
        fi

        # ${word} is neither a flag, nor an option, nor an option value
        if [[ "${positional_number}" -lt "${positional_count}" || "${positional_count}" -lt 0 ]]; then
            # ${word} is a positional
            ((positional_number++))
            unset "unparsed_words[${word_index}]"
        else
            if [[ -z "${word}" ]]; then
                # Could be completing a flag, option, or subcommand
                positional_number=-1
            else
                # ${word} is a subcommand or invalid, so stop processing this (sub)command
                positional_number=-2
            fi
            break
        fi
    done

    unparsed_words=("${unparsed_words[@]}")

    if\
        ! "${was_flag_option_terminator_seen}"\
        && ! "${is_parsing_option_value}"\
        && [[ ("${cur}" = -* && "${positional_number}" -ge 0) || "${positional_number}" -eq -1 ]]
    then
        COMPREPLY+=($(compgen -W "${repeating_flags[*]} ${non_repeating_flags[*]} ${repeating_options[*]} ${non_repeating_options[*]}" -- "${cur}"))
    fi
}

__wasmpack_add_completions() {
    local completion
    while IFS='' read -r completion; do
        COMPREPLY+=("${completion}")
    done < <(IFS=$'\n' compgen "${@}" -- "${cur}")
}

__wasmpack_custom_complete() {
    if [[ -n "${cur}" || -z ${COMP_WORDS[${COMP_CWORD}]} || "${COMP_LINE:${COMP_POINT}:1}" != ' ' ]]; then
        local -ar words=("${COMP_WORDS[@]}")
    else
        local -ar words=("${COMP_WORDS[@]::${COMP_CWORD}}" '' "${COMP_WORDS[@]:${COMP_CWORD}}")
    fi

    "${COMP_WORDS[0]}" "${@}" "${words[@]}"
}

_wasmpack() {
    local state
    state="$(shopt -p;shopt -po)"
    trap "${state//$'\n'/;}" RETURN
    shopt -s extglob
    set +o history +o posix

    local -xr SAP_SHELL=bash
    local -x SAP_SHELL_VERSION
    SAP_SHELL_VERSION="$(IFS='.';printf %s "${BASH_VERSINFO[*]}")"
    local -r SAP_SHELL_VERSION

    local -r cur="${2}"
    local -r prev="${3}"

    local -i positional_number
    local -a unparsed_words=("${COMP_WORDS[@]:1:${COMP_CWORD}}")

    local -a repeating_flags=()
    local -a non_repeating_flags=(--version -h --help)
    local -a repeating_options=()
    local -a non_repeating_options=()
    __wasmpack_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    build|check|push|pull|copy|tag|tags|delete|login|logout|inspect|ls|digest|verify|generate|lint|run|test|serve|doctor|envoys|version|completion|help)
        # Offer subcommand argument completions
        "_wasmpack_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'build check push pull copy tag tags delete login logout inspect ls digest verify generate lint run test serve doctor envoys version completion help cp rm' -- "${cur}"))
        ;;
    esac
}

_wasmpack_build() {
    repeating_flags=()
    non_repeating_flags=(--push --no-check --plain-http --tls-skip-verify --password-stdin --identity-token-stdin --anonymous --quiet -q --verbose -v --debug --json --no-progress --no-annotations --version -h --help)
    repeating_options=(--tag -t --build-arg --annotation --label)
    non_repeating_options=(--archive --file -f --layout --format --config --created --compression-level --digest-file --ca-file --client-cert --client-key --timeout --retries --username -u --authfile --color)
    __wasmpack_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--tag'|'-t')
        return
        ;;
    '--archive')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(tar)'
        return
        ;;
    '--file'|'-f')
        __wasmpack_add_completions -f
        return
        ;;
    '--build-arg')
        return
        ;;
    '--layout')
        __wasmpack_add_completions -d
        return
        ;;
    '--format')
        __wasmpack_add_completions -W 'image'$'\n''docker'$'\n''artifact'$'\n''wasm'
        return
        ;;
    '--config')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(json)'
        return
        ;;
    '--annotation')
        return
        ;;
    '--label')
        return
        ;;
    '--created')
        return
        ;;
    '--compression-level')
        return
        ;;
    '--digest-file')
        __wasmpack_add_completions -f
        return
        ;;
    '--ca-file')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt)'
        return
        ;;
    '--client-cert')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt|cert)'
        return
        ;;
    '--client-key')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|key)'
        return
        ;;
    '--timeout')
        return
        ;;
    '--retries')
        return
        ;;
    '--username'|'-u')
        return
        ;;
    '--authfile')
        __wasmpack_add_completions -f
        return
        ;;
    '--color')
        __wasmpack_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __wasmpack_add_completions -o plusdirs -fX '!*.@(wasm)'
        return
        ;;
    esac
}

_wasmpack_check() {
    repeating_flags=()
    non_repeating_flags=(--strict --plain-http --tls-skip-verify --password-stdin --identity-token-stdin --anonymous --quiet -q --verbose -v --debug --json --no-progress --no-annotations --version -h --help)
    repeating_options=(--for --envoy)
    non_repeating_options=(--max-size --ca-file --client-cert --client-key --timeout --retries --username -u --authfile --color)
    __wasmpack_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--for')
        __wasmpack_add_completions -W 'istio'$'\n''envoy-gateway'$'\n''higress'$'\n''envoy'$'\n''wkg'$'\n''all'
        return
        ;;
    '--envoy')
        __wasmpack_add_completions -f
        return
        ;;
    '--max-size')
        return
        ;;
    '--ca-file')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt)'
        return
        ;;
    '--client-cert')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt|cert)'
        return
        ;;
    '--client-key')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|key)'
        return
        ;;
    '--timeout')
        return
        ;;
    '--retries')
        return
        ;;
    '--username'|'-u')
        return
        ;;
    '--authfile')
        __wasmpack_add_completions -f
        return
        ;;
    '--color')
        __wasmpack_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __wasmpack_add_completions -o plusdirs -fX '!*.@(wasm|tar)'
        return
        ;;
    esac
}

_wasmpack_push() {
    repeating_flags=()
    non_repeating_flags=(--no-clobber --dry-run --verify --plain-http --tls-skip-verify --password-stdin --identity-token-stdin --anonymous --no-check --quiet -q --verbose -v --debug --json --no-progress --no-annotations --version -h --help)
    repeating_options=(--also-tag --annotation --label)
    non_repeating_options=(--alias --mount-from --layout --format --config --created --compression-level --ca-file --client-cert --client-key --timeout --retries --username -u --authfile --digest-file --color)
    __wasmpack_offer_flags_options 2

    # Offer option value completions
    case "${prev}" in
    '--also-tag')
        return
        ;;
    '--alias')
        __wasmpack_add_completions -W 'semver'
        return
        ;;
    '--mount-from')
        return
        ;;
    '--layout')
        __wasmpack_add_completions -d
        return
        ;;
    '--format')
        __wasmpack_add_completions -W 'image'$'\n''docker'$'\n''artifact'$'\n''wasm'
        return
        ;;
    '--config')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(json)'
        return
        ;;
    '--annotation')
        return
        ;;
    '--label')
        return
        ;;
    '--created')
        return
        ;;
    '--compression-level')
        return
        ;;
    '--ca-file')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt)'
        return
        ;;
    '--client-cert')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt|cert)'
        return
        ;;
    '--client-key')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|key)'
        return
        ;;
    '--timeout')
        return
        ;;
    '--retries')
        return
        ;;
    '--username'|'-u')
        return
        ;;
    '--authfile')
        __wasmpack_add_completions -f
        return
        ;;
    '--digest-file')
        __wasmpack_add_completions -f
        return
        ;;
    '--color')
        __wasmpack_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __wasmpack_add_custom_completions ---completion push -- positional@0 "${COMP_CWORD}" "$(__wasmpack_cursor_index_in_current_word)"
        return
        ;;
    2)
        __wasmpack_add_completions -o plusdirs -fX '!*.@(wasm|tar)'
        return
        ;;
    esac
}

_wasmpack_pull() {
    repeating_flags=()
    non_repeating_flags=(--force --plain-http --tls-skip-verify --password-stdin --identity-token-stdin --anonymous --quiet -q --verbose -v --debug --json --no-progress --no-annotations --version -h --help)
    repeating_options=()
    non_repeating_options=(-o --output --expect --layout --ca-file --client-cert --client-key --timeout --retries --username -u --authfile --digest-file --color)
    __wasmpack_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '-o'|'--output')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(wasm)'
        return
        ;;
    '--expect')
        return
        ;;
    '--layout')
        __wasmpack_add_completions -d
        return
        ;;
    '--ca-file')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt)'
        return
        ;;
    '--client-cert')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt|cert)'
        return
        ;;
    '--client-key')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|key)'
        return
        ;;
    '--timeout')
        return
        ;;
    '--retries')
        return
        ;;
    '--username'|'-u')
        return
        ;;
    '--authfile')
        __wasmpack_add_completions -f
        return
        ;;
    '--digest-file')
        __wasmpack_add_completions -f
        return
        ;;
    '--color')
        __wasmpack_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_wasmpack_copy() {
    repeating_flags=()
    non_repeating_flags=(--from-plain-http --to-plain-http --plain-http --tls-skip-verify --password-stdin --identity-token-stdin --anonymous --quiet -q --verbose -v --debug --json --no-progress --no-annotations --version -h --help)
    repeating_options=()
    non_repeating_options=(--format --from-ca-file --to-ca-file --from-authfile --to-authfile --ca-file --client-cert --client-key --timeout --retries --username -u --authfile --color)
    __wasmpack_offer_flags_options 2

    # Offer option value completions
    case "${prev}" in
    '--format')
        __wasmpack_add_completions -W 'image'$'\n''docker'$'\n''artifact'$'\n''wasm'
        return
        ;;
    '--from-ca-file')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt)'
        return
        ;;
    '--to-ca-file')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt)'
        return
        ;;
    '--from-authfile')
        __wasmpack_add_completions -f
        return
        ;;
    '--to-authfile')
        __wasmpack_add_completions -f
        return
        ;;
    '--ca-file')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt)'
        return
        ;;
    '--client-cert')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt|cert)'
        return
        ;;
    '--client-key')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|key)'
        return
        ;;
    '--timeout')
        return
        ;;
    '--retries')
        return
        ;;
    '--username'|'-u')
        return
        ;;
    '--authfile')
        __wasmpack_add_completions -f
        return
        ;;
    '--color')
        __wasmpack_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __wasmpack_add_completions -o plusdirs -fX '!*.@(tar)'
        return
        ;;
    2)
        __wasmpack_add_completions -o plusdirs -fX '!*.@(tar)'
        return
        ;;
    esac
}

_wasmpack_tag() {
    repeating_flags=()
    non_repeating_flags=(--no-clobber --plain-http --tls-skip-verify --password-stdin --identity-token-stdin --anonymous --quiet -q --verbose -v --debug --json --no-progress --no-annotations --version -h --help)
    repeating_options=()
    non_repeating_options=(--alias --ca-file --client-cert --client-key --timeout --retries --username -u --authfile --color)
    __wasmpack_offer_flags_options -1
    __wasmpack_add_completions -W $'build\ncheck\npush\npull\ncopy\ntag\ntags\ndelete\nlogin\nlogout\ninspect\nls\ndigest\nverify\ngenerate\nlint\nrun\ntest\nserve\ndoctor\nenvoys\nversion\ncompletion\nregistry\ncredentials\nreferences\nimage\noutput\nfields\nfaults\nplugin\nexit-codes'

    # Offer option value completions
    case "${prev}" in
    '--alias')
        __wasmpack_add_completions -W 'semver'
        return
        ;;
    '--ca-file')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt)'
        return
        ;;
    '--client-cert')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt|cert)'
        return
        ;;
    '--client-key')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|key)'
        return
        ;;
    '--timeout')
        return
        ;;
    '--retries')
        return
        ;;
    '--username'|'-u')
        return
        ;;
    '--authfile')
        __wasmpack_add_completions -f
        return
        ;;
    '--color')
        __wasmpack_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_wasmpack_tags() {
    repeating_flags=()
    non_repeating_flags=(--digests --plain-http --tls-skip-verify --password-stdin --identity-token-stdin --anonymous --quiet -q --verbose -v --debug --json --no-progress --no-annotations --version -h --help)
    repeating_options=()
    non_repeating_options=(--limit --ca-file --client-cert --client-key --timeout --retries --username -u --authfile --color)
    __wasmpack_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--limit')
        return
        ;;
    '--ca-file')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt)'
        return
        ;;
    '--client-cert')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt|cert)'
        return
        ;;
    '--client-key')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|key)'
        return
        ;;
    '--timeout')
        return
        ;;
    '--retries')
        return
        ;;
    '--username'|'-u')
        return
        ;;
    '--authfile')
        __wasmpack_add_completions -f
        return
        ;;
    '--color')
        __wasmpack_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_wasmpack_delete() {
    repeating_flags=()
    non_repeating_flags=(--yes --plain-http --tls-skip-verify --password-stdin --identity-token-stdin --anonymous --quiet -q --verbose -v --debug --json --no-progress --no-annotations --version -h --help)
    repeating_options=()
    non_repeating_options=(--ca-file --client-cert --client-key --timeout --retries --username -u --authfile --color)
    __wasmpack_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--ca-file')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt)'
        return
        ;;
    '--client-cert')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt|cert)'
        return
        ;;
    '--client-key')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|key)'
        return
        ;;
    '--timeout')
        return
        ;;
    '--retries')
        return
        ;;
    '--username'|'-u')
        return
        ;;
    '--authfile')
        __wasmpack_add_completions -f
        return
        ;;
    '--color')
        __wasmpack_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_wasmpack_login() {
    repeating_flags=()
    non_repeating_flags=(--password-stdin --identity-token-stdin --no-verify --plain-http --tls-skip-verify --quiet -q --verbose -v --debug --json --no-progress --no-annotations --version -h --help)
    repeating_options=()
    non_repeating_options=(--username -u --ca-file --client-cert --client-key --timeout --retries --authfile --color)
    __wasmpack_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--username'|'-u')
        return
        ;;
    '--ca-file')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt)'
        return
        ;;
    '--client-cert')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt|cert)'
        return
        ;;
    '--client-key')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|key)'
        return
        ;;
    '--timeout')
        return
        ;;
    '--retries')
        return
        ;;
    '--authfile')
        __wasmpack_add_completions -f
        return
        ;;
    '--color')
        __wasmpack_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __wasmpack_add_custom_completions ---completion login -- positional@0 "${COMP_CWORD}" "$(__wasmpack_cursor_index_in_current_word)"
        return
        ;;
    esac
}

_wasmpack_logout() {
    repeating_flags=()
    non_repeating_flags=(--quiet -q --verbose -v --debug --json --no-progress --no-annotations --version -h --help)
    repeating_options=()
    non_repeating_options=(--authfile --color)
    __wasmpack_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--authfile')
        __wasmpack_add_completions -f
        return
        ;;
    '--color')
        __wasmpack_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __wasmpack_add_custom_completions ---completion logout -- positional@0 "${COMP_CWORD}" "$(__wasmpack_cursor_index_in_current_word)"
        return
        ;;
    esac
}

_wasmpack_inspect() {
    repeating_flags=()
    non_repeating_flags=(--module --plain-http --tls-skip-verify --password-stdin --identity-token-stdin --anonymous --quiet -q --verbose -v --debug --json --no-progress --no-annotations --version -h --help)
    repeating_options=()
    non_repeating_options=(--raw --ca-file --client-cert --client-key --timeout --retries --username -u --authfile --color)
    __wasmpack_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--raw')
        __wasmpack_add_completions -W 'manifest'$'\n''config'
        return
        ;;
    '--ca-file')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt)'
        return
        ;;
    '--client-cert')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt|cert)'
        return
        ;;
    '--client-key')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|key)'
        return
        ;;
    '--timeout')
        return
        ;;
    '--retries')
        return
        ;;
    '--username'|'-u')
        return
        ;;
    '--authfile')
        __wasmpack_add_completions -f
        return
        ;;
    '--color')
        __wasmpack_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __wasmpack_add_completions -o plusdirs -fX '!*.@(wasm|tar)'
        return
        ;;
    esac
}

_wasmpack_ls() {
    repeating_flags=()
    non_repeating_flags=(--quiet -q --verbose -v --debug --json --no-progress --no-annotations --version -h --help)
    repeating_options=()
    non_repeating_options=(--layout --color)
    __wasmpack_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--layout')
        __wasmpack_add_completions -d
        return
        ;;
    '--color')
        __wasmpack_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __wasmpack_add_completions -o plusdirs -fX '!*.@(tar)'
        return
        ;;
    esac
}

_wasmpack_digest() {
    repeating_flags=()
    non_repeating_flags=(--verify --plain-http --tls-skip-verify --password-stdin --identity-token-stdin --anonymous --quiet -q --verbose -v --debug --json --no-progress --no-annotations --version -h --help)
    repeating_options=()
    non_repeating_options=(--ca-file --client-cert --client-key --timeout --retries --username -u --authfile --color)
    __wasmpack_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--ca-file')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt)'
        return
        ;;
    '--client-cert')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt|cert)'
        return
        ;;
    '--client-key')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|key)'
        return
        ;;
    '--timeout')
        return
        ;;
    '--retries')
        return
        ;;
    '--username'|'-u')
        return
        ;;
    '--authfile')
        __wasmpack_add_completions -f
        return
        ;;
    '--color')
        __wasmpack_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __wasmpack_add_completions -o plusdirs -fX '!*.@(tar)'
        return
        ;;
    esac
}

_wasmpack_verify() {
    repeating_flags=()
    non_repeating_flags=(--plain-http --tls-skip-verify --password-stdin --identity-token-stdin --anonymous --quiet -q --verbose -v --debug --json --no-progress --no-annotations --version -h --help)
    repeating_options=()
    non_repeating_options=(--expect --against --ca-file --client-cert --client-key --timeout --retries --username -u --authfile --color)
    __wasmpack_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--expect')
        return
        ;;
    '--against')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(wasm|tar)'
        return
        ;;
    '--ca-file')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt)'
        return
        ;;
    '--client-cert')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt|cert)'
        return
        ;;
    '--client-key')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|key)'
        return
        ;;
    '--timeout')
        return
        ;;
    '--retries')
        return
        ;;
    '--username'|'-u')
        return
        ;;
    '--authfile')
        __wasmpack_add_completions -f
        return
        ;;
    '--color')
        __wasmpack_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __wasmpack_add_completions -o plusdirs -fX '!*.@(tar)'
        return
        ;;
    esac
}

_wasmpack_generate() {
    repeating_flags=()
    non_repeating_flags=(--no-pin --offline --force --show --plain-http --tls-skip-verify --password-stdin --identity-token-stdin --anonymous --quiet -q --verbose -v --debug --json --no-progress --no-annotations --version -h --help)
    repeating_options=(--selector --target --env --match --with)
    non_repeating_options=(--name --namespace --phase --priority --fail-strategy --plugin-config --type --pull-policy --pull-secret --root-id --module --for -o --output --ca-file --client-cert --client-key --timeout --retries --username -u --authfile --color)
    __wasmpack_offer_flags_options 2

    # Offer option value completions
    case "${prev}" in
    '--name')
        return
        ;;
    '--namespace')
        return
        ;;
    '--selector')
        return
        ;;
    '--target')
        return
        ;;
    '--phase')
        __wasmpack_add_completions -W 'AUTHN'$'\n''AUTHZ'$'\n''STATS'
        return
        ;;
    '--priority')
        return
        ;;
    '--fail-strategy')
        __wasmpack_add_completions -W 'close'$'\n''open'$'\n''reload'
        return
        ;;
    '--plugin-config')
        __wasmpack_add_custom_completions ---completion generate -- --plugin-config "${COMP_CWORD}" "$(__wasmpack_cursor_index_in_current_word)"
        return
        ;;
    '--env')
        return
        ;;
    '--match')
        return
        ;;
    '--type')
        __wasmpack_add_completions -W 'http'$'\n''network'
        return
        ;;
    '--pull-policy')
        __wasmpack_add_completions -W 'IfNotPresent'$'\n''Always'$'\n''Never'
        return
        ;;
    '--pull-secret')
        return
        ;;
    '--root-id')
        return
        ;;
    '--module')
        return
        ;;
    '--for')
        __wasmpack_add_completions -W 'istio'$'\n''asm'$'\n''envoy-gateway'$'\n''higress'$'\n''envoy'
        return
        ;;
    '--with')
        __wasmpack_add_completions -W 'wasmplugin'$'\n''trafficextension'$'\n''envoy-gateway'$'\n''higress'$'\n''pull-secret'
        return
        ;;
    '-o'|'--output')
        __wasmpack_add_completions -d
        return
        ;;
    '--ca-file')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt)'
        return
        ;;
    '--client-cert')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt|cert)'
        return
        ;;
    '--client-key')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|key)'
        return
        ;;
    '--timeout')
        return
        ;;
    '--retries')
        return
        ;;
    '--username'|'-u')
        return
        ;;
    '--authfile')
        __wasmpack_add_completions -f
        return
        ;;
    '--color')
        __wasmpack_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __wasmpack_add_completions -W 'wasmplugin'$'\n''trafficextension'$'\n''envoy-gateway'$'\n''higress'$'\n''envoy'$'\n''image-volume'$'\n''pull-secret'$'\n''kustomization'
        return
        ;;
    esac
}

_wasmpack_lint() {
    repeating_flags=()
    non_repeating_flags=(--offline --fix --strict --use-secrets --plain-http --tls-skip-verify --password-stdin --identity-token-stdin --anonymous --quiet -q --verbose -v --debug --json --no-progress --no-annotations --version -h --help)
    repeating_options=(--for)
    non_repeating_options=(--sarif --ca-file --client-cert --client-key --timeout --retries --username -u --authfile --color)
    __wasmpack_offer_flags_options -1
    __wasmpack_add_completions -W $'build\ncheck\npush\npull\ncopy\ntag\ntags\ndelete\nlogin\nlogout\ninspect\nls\ndigest\nverify\ngenerate\nlint\nrun\ntest\nserve\ndoctor\nenvoys\nversion\ncompletion\nregistry\ncredentials\nreferences\nimage\noutput\nfields\nfaults\nplugin\nexit-codes'

    # Offer option value completions
    case "${prev}" in
    '--for')
        __wasmpack_add_completions -W 'istio'$'\n''asm'$'\n''envoy-gateway'$'\n''higress'
        return
        ;;
    '--sarif')
        __wasmpack_add_completions -f
        return
        ;;
    '--ca-file')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt)'
        return
        ;;
    '--client-cert')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt|cert)'
        return
        ;;
    '--client-key')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|key)'
        return
        ;;
    '--timeout')
        return
        ;;
    '--retries')
        return
        ;;
    '--username'|'-u')
        return
        ;;
    '--authfile')
        __wasmpack_add_completions -f
        return
        ;;
    '--color')
        __wasmpack_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __wasmpack_add_completions -o plusdirs -fX '!*.@(yaml|yml|json)'
        return
        ;;
    esac
}

_wasmpack_run() {
    repeating_flags=()
    non_repeating_flags=(--watch --print-bootstrap --compare --plain-http --tls-skip-verify --password-stdin --identity-token-stdin --anonymous --quiet -q --verbose -v --debug --json --no-progress --no-annotations --version -h --help)
    repeating_options=(--env --header)
    non_repeating_options=(--listen --upstream --respond --envoy --plugin-config --fail-strategy --root-id --type --request --body --ca-file --client-cert --client-key --timeout --retries --username -u --authfile --color)
    __wasmpack_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--listen')
        return
        ;;
    '--upstream')
        return
        ;;
    '--respond')
        return
        ;;
    '--envoy')
        __wasmpack_add_completions -f
        return
        ;;
    '--plugin-config')
        __wasmpack_add_custom_completions ---completion run -- --plugin-config "${COMP_CWORD}" "$(__wasmpack_cursor_index_in_current_word)"
        return
        ;;
    '--env')
        return
        ;;
    '--fail-strategy')
        __wasmpack_add_completions -W 'close'$'\n''open'$'\n''reload'
        return
        ;;
    '--root-id')
        return
        ;;
    '--type')
        __wasmpack_add_completions -W 'http'$'\n''network'
        return
        ;;
    '--request')
        return
        ;;
    '--header')
        return
        ;;
    '--body')
        __wasmpack_add_custom_completions ---completion run -- --body "${COMP_CWORD}" "$(__wasmpack_cursor_index_in_current_word)"
        return
        ;;
    '--ca-file')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt)'
        return
        ;;
    '--client-cert')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt|cert)'
        return
        ;;
    '--client-key')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|key)'
        return
        ;;
    '--timeout')
        return
        ;;
    '--retries')
        return
        ;;
    '--username'|'-u')
        return
        ;;
    '--authfile')
        __wasmpack_add_completions -f
        return
        ;;
    '--color')
        __wasmpack_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __wasmpack_add_completions -o plusdirs -fX '!*.@(wasm|tar)'
        return
        ;;
    esac
}

_wasmpack_test() {
    repeating_flags=()
    non_repeating_flags=(--list --tap --plain-http --tls-skip-verify --password-stdin --identity-token-stdin --anonymous --quiet -q --verbose -v --debug --json --no-progress --no-annotations --version -h --help)
    repeating_options=(--envoy)
    non_repeating_options=(--plugin --filter --case-timeout --junit --ca-file --client-cert --client-key --timeout --retries --username -u --authfile --color)
    __wasmpack_offer_flags_options -1
    __wasmpack_add_completions -W $'build\ncheck\npush\npull\ncopy\ntag\ntags\ndelete\nlogin\nlogout\ninspect\nls\ndigest\nverify\ngenerate\nlint\nrun\ntest\nserve\ndoctor\nenvoys\nversion\ncompletion\nregistry\ncredentials\nreferences\nimage\noutput\nfields\nfaults\nplugin\nexit-codes'

    # Offer option value completions
    case "${prev}" in
    '--plugin')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(wasm|tar)'
        return
        ;;
    '--envoy')
        __wasmpack_add_completions -f
        return
        ;;
    '--filter')
        return
        ;;
    '--case-timeout')
        return
        ;;
    '--junit')
        __wasmpack_add_completions -f
        return
        ;;
    '--ca-file')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt)'
        return
        ;;
    '--client-cert')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt|cert)'
        return
        ;;
    '--client-key')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|key)'
        return
        ;;
    '--timeout')
        return
        ;;
    '--retries')
        return
        ;;
    '--username'|'-u')
        return
        ;;
    '--authfile')
        __wasmpack_add_completions -f
        return
        ;;
    '--color')
        __wasmpack_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __wasmpack_add_completions -o plusdirs -fX '!*.@(yaml|yml|json)'
        return
        ;;
    esac
}

_wasmpack_serve() {
    repeating_flags=()
    non_repeating_flags=(--read-only --password-stdin --token-auth --quiet -q --verbose -v --debug --json --no-progress --no-annotations --version -h --help)
    repeating_options=(--fail)
    non_repeating_options=(--listen --dir --layout --repository --max-size --username -u --htpasswd --tls --tls-cert --tls-key --slow --delay --color)
    __wasmpack_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--listen')
        return
        ;;
    '--dir')
        __wasmpack_add_completions -d
        return
        ;;
    '--layout')
        __wasmpack_add_completions -d
        return
        ;;
    '--repository')
        return
        ;;
    '--max-size')
        return
        ;;
    '--username'|'-u')
        return
        ;;
    '--htpasswd')
        __wasmpack_add_completions -f
        return
        ;;
    '--tls')
        __wasmpack_add_completions -W 'self-signed'
        return
        ;;
    '--tls-cert')
        __wasmpack_add_completions -f
        return
        ;;
    '--tls-key')
        __wasmpack_add_completions -f
        return
        ;;
    '--fail')
        return
        ;;
    '--slow')
        return
        ;;
    '--delay')
        return
        ;;
    '--color')
        __wasmpack_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_wasmpack_doctor() {
    repeating_flags=()
    non_repeating_flags=(--push --plain-http --tls-skip-verify --password-stdin --identity-token-stdin --anonymous --quiet -q --verbose -v --debug --json --no-progress --no-annotations --version -h --help)
    repeating_options=()
    non_repeating_options=(--pull-secret --ca-file --client-cert --client-key --timeout --retries --username -u --authfile --color)
    __wasmpack_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--pull-secret')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(yaml|yml|json)'
        return
        ;;
    '--ca-file')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt)'
        return
        ;;
    '--client-cert')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|crt|cert)'
        return
        ;;
    '--client-key')
        __wasmpack_add_completions -o plusdirs -fX '!*.@(pem|key)'
        return
        ;;
    '--timeout')
        return
        ;;
    '--retries')
        return
        ;;
    '--username'|'-u')
        return
        ;;
    '--authfile')
        __wasmpack_add_completions -f
        return
        ;;
    '--color')
        __wasmpack_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __wasmpack_add_custom_completions ---completion doctor -- positional@0 "${COMP_CWORD}" "$(__wasmpack_cursor_index_in_current_word)"
        return
        ;;
    esac
}

_wasmpack_envoys() {
    repeating_flags=()
    non_repeating_flags=(--quiet -q --verbose -v --debug --json --no-progress --no-annotations --version -h --help)
    repeating_options=()
    non_repeating_options=(--color)
    __wasmpack_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--color')
        __wasmpack_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_wasmpack_version() {
    repeating_flags=()
    non_repeating_flags=(--quiet -q --verbose -v --debug --json --no-progress --no-annotations --version -h --help)
    repeating_options=()
    non_repeating_options=(--color)
    __wasmpack_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--color')
        __wasmpack_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_wasmpack_completion() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __wasmpack_offer_flags_options 1

    # Offer positional completions
    case "${positional_number}" in
    1)
        __wasmpack_add_completions -W 'bash'$'\n''zsh'$'\n''fish'
        return
        ;;
    esac
}

_wasmpack_help() {
    repeating_flags=()
    non_repeating_flags=(--version)
    repeating_options=()
    non_repeating_options=()
    __wasmpack_offer_flags_options -1
    __wasmpack_add_completions -W $'build\ncheck\npush\npull\ncopy\ntag\ntags\ndelete\nlogin\nlogout\ninspect\nls\ndigest\nverify\ngenerate\nlint\nrun\ntest\nserve\ndoctor\nenvoys\nversion\ncompletion\nregistry\ncredentials\nreferences\nimage\noutput\nfields\nfaults\nplugin\nexit-codes'
}

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
        cp) joined[1]=copy ;;
        rm) joined[1]=delete ;;
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
